"""Bytes of a file come in; credentials that lie in them go out, redacted: the value itself never leaves this folder.

``rules/`` is data, one file for a kind of provider; ``ruleset`` reads it, ``prefilter`` finds where a rule may apply,
``find`` decides, ``verify`` checks what a token's own format promises, ``reader`` is what the walk over a layer calls.
"""

NAME = "secrets"  # under which a layer's facts have them

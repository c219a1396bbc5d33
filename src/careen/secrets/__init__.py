"""Secrets: bytes of a file come in, redacted credentials go out; the value itself never leaves this folder.

``rules/`` is data, one file for a kind of provider; ``ruleset`` loads it. ``prefilter`` finds the rules that may match, by
``keywords`` or an ``automaton``; ``find`` decides; ``verify`` checks the structure of a token; ``reader`` takes part in the
pass over a layer.
"""

NAME = "secrets"  # of its facts in a layer

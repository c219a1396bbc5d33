"""Whether a value stands for a secret instead of being one."""

import math
from collections import Counter

from careen.safety.pattern import pattern

# Redacted or truncated, for every rule.
_CROSSED_OUT = pattern(rb"[xX]{8}|\*{4}|\.\.\.|\[?[Rr]edacted|REDACTED|(?i:put_your|your_token|token_here)")
# A reference to the value: a variable, a template, a call.
_REFERENCE = pattern(rb"\$\{|\$\(|^\$|\{\{|^<|^\[|^%|^@|^\*+$|^/|^\./|^~/|^[a-z]+://|^(?i:file|vault|env|aws|arn|secret)s?:")
_WORDS = pattern(
    rb"(?i)example|change[\W_]?(?:me|it)|placeholder|your[\W_]|dummy|sample|insert|replace|todo|fixme|lorem|"
    rb"xxxx|1234567|abcdef|password|passwd|not[\W_]?(?:a|so)?[\W_]?secret|secret[\W_]?(?:here|key|value)?$|foobar|qwerty|default|"
    rb"[\W_]here$|^(?:my|the|some|test|user)[\W_]?(?:pass|token|secret|key)|^(?:test|pass|user|admin|root|guest|token|none|null|true|false)$"
)


def crossed_out(value: bytes) -> bool:
    return _CROSSED_OUT.search(value) is not None


def placeholder(value: bytes) -> bool:
    """For values that people choose: an example, a description, or a reference to the place of the value."""
    return bool(_REFERENCE.search(value) or _WORDS.search(value) or len(set(value)) < 4)


def entropy(value: bytes) -> float:
    """Shannon entropy, in bits per character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values()) if size else 0.0

"""Data and scripts inside an HTML page: JSON that no parser of HTML takes for markup, and the hashes that a policy allows.

**Source:** HTML, "Restrictions for contents of script elements"; Content Security Policy Level 3, section 2.3.1 (hash sources).
"""

import base64
import hashlib
import re
from typing import Any

import msgspec

from .escape import visible

LONGEST = 400  # characters of one text
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ANY_UNSAFE = re.compile("[<>&\u2028\u2029]")


def json_block(data: Any) -> str:
    text = msgspec.json.encode(data).decode()
    return _ANY_UNSAFE.sub(lambda match: _UNSAFE[match[0]], text)


def shown(value: Any, limit: int = LONGEST) -> Any:
    """The same data with every text made safe to display."""
    if isinstance(value, str):
        return visible(value, limit)
    if isinstance(value, dict):
        return {visible(key, limit) if isinstance(key, str) else key: shown(part, limit) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [shown(part, limit) for part in value]
    return value


def hash_source(text: str) -> str:
    """The source expression of a policy that allows this script or style: "'sha256-…'"."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

"""Checks a version text before a scheme parses it, and compares two keys by a constraint's operator.

Version texts come from images and feeds and are hostile: their length is bounded (which also keeps every run of digits
far below Python's limit for ``int``), and control characters are refused.
Raises: ValueError if the text is empty, too long or not printable.
"""

import operator
from collections.abc import Callable
from typing import Any

VERSION_CHARACTERS = 1_000
CONSTRAINT_CHARACTERS = 20_000

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def clean(text: str) -> str:
    """The version without surrounding white space."""
    if len(text) > VERSION_CHARACTERS:
        raise ValueError(f"a version of {len(text)} characters is too long")
    text = text.strip()
    if not text:
        raise ValueError("empty version")
    if not text.isprintable():
        raise ValueError("version with control characters")
    return text


def bounded(constraint: str) -> str:
    """The constraint unchanged, after a check of its length."""
    if len(constraint) > CONSTRAINT_CHARACTERS:
        raise ValueError(f"a constraint of {len(constraint)} characters is too long")
    return constraint


def refused(text: str, scheme: str) -> ValueError:
    """The error for text that is not a version of this scheme, with the text shortened."""
    return ValueError(f"not a {scheme} version: {text[:80]!r}")

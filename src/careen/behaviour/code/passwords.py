"""Passwords that source code sets: the name of what is set, and what the value looks like."""

from collections.abc import Iterator

from careen.safety.pattern import pattern

from .rules import Match
from .tree import shown

MIN_LENGTH = 5
_NAME = pattern(rb"(?i)(?:^|[_\W]|[a-z])(?:password|passwd|passphrase|pwd|secret|secret_key_base|api_?key|auth_?token)$")
_IN_TEXT = pattern(rb"(?i)passw(?:or)?d|passphrase|pwd|secret")
# What stands for a password that others set, names a field, or is where a password is.
_STANDS_FOR_ONE = pattern(
    rb"(?i)[*x.-]+|change_?me.*|your[_-].*|.*_here|<.*>|%.*%|\{.*\}|\[.*\]|nil|null|none|false|true|required.*|[$/.@\\].*"
)


def is_password(name: bytes) -> bool:
    return _NAME.search(name) is not None


def names_password(text: bytes) -> bool:
    """Whether an expression names a password."""
    return _IN_TEXT.search(text) is not None


def password_set(name: bytes, content: bytes, line: int) -> Iterator[Match]:
    """A match if the content looks like a password. The match never shows it."""
    if len(content) < MIN_LENGTH or b" " in content or not content.isascii() or names_password(content):
        return
    if not _STANDS_FOR_ONE.fullmatch(content):
        yield Match("COD-012", line, f"{shown(name)} has a value of {len(content)} letters in the code")

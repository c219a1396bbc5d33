"""Sort keys of version text, each computed once: a run compares the same few fixed versions with many packages."""

from collections.abc import Callable
from typing import Any

from careen.plugins import VersionScheme

Key = Callable[[str], "tuple[Any, ...] | None"]


def keys_of(scheme: VersionScheme) -> Key:
    """A function that gives a version's sort key, or None where the text is no version of this scheme."""
    known: dict[str, tuple[Any, ...] | None] = {}

    def key(text: str) -> tuple[Any, ...] | None:
        try:
            return known[text]
        except KeyError:
            pass
        try:
            value = scheme.key(text)
        except ValueError:
            value = None
        known[text] = value
        return value

    return key

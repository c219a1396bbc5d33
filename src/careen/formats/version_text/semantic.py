"""Reads semantic versions leniently and gives their sort key; npm, Go, NuGet and others build on it.

``semantic_key`` gives ``(numbers, 1)`` for a release and ``(numbers, 0, kind, value, ...)`` for a pre-release;
trailing zeros of the numbers are dropped, kind 0 has an int and kind 1 a str. Build metadata does not count.
Beyond the standard it accepts a leading ``v``, any count of numbers ("1.2" equals "1.2.0"), and a pre-release without
hyphen ("1.20rc1") or after a dot ("1.0.0.rc.1"; its first word and the following ones are one identifier).
Raises: ValueError for other text.
**Source:** Semantic Versioning 2.0.0, 9-11.
"""

from typing import NamedTuple

from careen.safety.pattern import pattern

from .text import clean, refused

_VERSION = pattern(
    r"[vV=\s]*(?P<numbers>[0-9]+(?:\.[0-9]+)*)"
    r"(?:-(?P<pre>[0-9A-Za-z.~_-]+)|(?P<joined>\.?[A-Za-z][0-9A-Za-z.~_-]*))?"
    r"(?:\+(?P<build>\S*))?"
)
_WORD = pattern(r"\.(?=[A-Za-z])")

Key = tuple[tuple[int, ...] | int | str, ...]


class Semantic(NamedTuple):
    numbers: tuple[int, ...]
    pre: str | None
    build: str | None


def semantic_key(text: str) -> Key:
    numbers, pre, _ = parse_semantic(text)
    return key_of(numbers, pre)


def parse_semantic(text: str) -> Semantic:
    found = _VERSION.fullmatch(clean(text))
    if found is None:
        raise refused(text, "semantic")
    numbers, pre, joined, build = found.groups()
    if joined:
        pre = _WORD.sub("-", joined.removeprefix("."))
    return Semantic(tuple(map(int, numbers.split("."))), pre, build)


def key_of(numbers: tuple[int, ...], pre: str | None) -> Key:
    end = len(numbers)
    while end and not numbers[end - 1]:
        end -= 1
    return (numbers[:end], 1) if pre is None else (numbers[:end], 0, *identifiers(pre))


def identifiers(text: str) -> tuple[int | str, ...]:
    """The sort key of dot-separated identifiers: numbers sort below words, fewer identifiers below more."""
    parts: list[int | str] = []
    for part in text.split("."):
        parts += (0, int(part)) if part.isascii() and part.isdigit() else (1, part)
    return tuple(parts)

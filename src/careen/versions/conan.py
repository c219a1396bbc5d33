"""Conan (C and C++) package versions: dotted items, then optionally ``-pre`` and ``+build``, which count in the order.

Items are numbers, numbers followed by text, or words, which sort above numbers; zeros at the end do not count.
Raises: ValueError if the text is empty.
**Source:** Conan 2 documentation, "Version ranges" and "Version" comparison.
"""

from typing import Any

from careen.formats.version_text.text import clean
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_NUMBER = pattern(r"[0-9]+")


def key(text: str) -> tuple[Any, ...]:
    text, plus, build = clean(text).lower().partition("+")
    text, dash, pre = text.partition("-")
    return (_items(text), (0, *_items(pre)) if dash else (1,), (1, *_items(build)) if plus else (0,))


def _items(text: str) -> tuple[tuple[int, int, str], ...]:
    items = [_item(part) for part in text.split(".")]
    while items and items[-1] == (0, 0, ""):
        items.pop()
    return tuple(items)


def _item(part: str) -> tuple[int, int, str]:
    found = _NUMBER.match(part)
    return (0, int(found[0]), part[found.end() :]) if found else (1 if part else 0, 0, part)


VERSION_SCHEME = VersionScheme(name="conan", key=key)

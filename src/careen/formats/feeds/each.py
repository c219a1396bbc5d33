"""Reads a feed item by item: an unreadable item is skipped; if more than half are unreadable, the feed is refused.

A feed's next edition may have an unknown value, type or shape in some items. The other items are still used, and the database
keeps its earlier records of the unreadable item (``database.unread_records``), which it finds by the ids in the item.
Raises: ValueError if more than half of the items cannot be read, with the first reason.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from msgspec import Raw

from careen.formats.data.xml_stream import Element
from careen.model.advisory import PassedOver

Item = TypeVar("Item")
Found = TypeVar("Found")
MAX_IDS = 1000  # of one item
MAX_SCANNED = 1 << 20  # bytes of one text
_ID = re.compile(r"(?<![\w.+:-])[A-Za-z0-9][\w.+]{0,79}(?:[-:][\w.+]{1,80}){1,8}")
_SUFFIX = re.compile(r"\.(?:json|xml|ya?ml)$")


def read_each(items: Iterable[Item], read: Callable[[Item], Iterable[Found]]) -> Iterator[Found | PassedOver]:
    seen = refused = 0
    first = ""
    for item in items:
        seen += 1
        found: tuple[Found | PassedOver, ...]
        try:
            found = tuple(read(item))
        except (ValueError, RecursionError) as error:
            found = (PassedOver(str(error), ids_in(item)),)
        if found and isinstance(found[0], PassedOver) and all(isinstance(record, PassedOver) for record in found):
            refused += 1
            first = first or found[0].reason
        yield from found
    if refused * 2 > seen:
        raise ValueError(f"{refused} of {seen} records cannot be read, the first: {first}")


def ids_in(item: object) -> tuple[str, ...]:
    """The texts that may be an identifier in an item that could not be read: words with a digit and a hyphen or
    colon."""
    found: dict[str, None] = {}
    for text in _texts(item):
        for match in _ID.finditer(text[:MAX_SCANNED]):
            word = _SUFFIX.sub("", match[0].rstrip(".+"))
            if any(letter.isdigit() for letter in word):
                found[word] = None
            if len(found) >= MAX_IDS:
                return tuple(found)
    return tuple(found)


def _texts(item: object) -> Iterator[str]:
    """The texts in any kind of item: raw JSON, bytes of a file, rows, elements of XML."""
    left = [item]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case bytes() | bytearray() | memoryview() | Raw() as data:
                yield bytes(data)[:MAX_SCANNED].decode("utf-8", "replace")
            case dict() as mapping:
                left += reversed((*mapping, *mapping.values()))
            case list() | tuple() as several:
                left += reversed(several)
            case Element() as element:
                left += reversed((element.text, *element.attributes.values(), *element.children))

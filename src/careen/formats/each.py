"""The records of a feed item by item: one that cannot be read costs itself alone, and is counted; most of them cost the feed.

A feed's next edition may have a word, a type or a shape that nobody knew: what it says elsewhere holds as before.
Raises: ValueError where more than half of the items cannot be read, with the first reason.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from careen.model.advisory import PassedOver

Item = TypeVar("Item")
Found = TypeVar("Found")


def each(items: Iterable[Item], read: Callable[[Item], Iterable[Found]]) -> Iterator[Found | PassedOver]:
    seen = refused = 0
    first = ""
    for item in items:
        seen += 1
        found: tuple[Found | PassedOver, ...]
        try:
            found = tuple(read(item))
        except (ValueError, RecursionError) as error:
            found = (PassedOver(str(error)),)
        if found and isinstance(found[0], PassedOver) and all(isinstance(one, PassedOver) for one in found):
            refused += 1
            first = first or found[0].reason
        yield from found
    if refused * 2 > seen:
        raise ValueError(f"{refused} of {seen} records cannot be read, the first: {first}")

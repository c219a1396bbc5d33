"""A violation of a document's specification, with its place."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

Path = tuple[str | int, ...]
Link = tuple[Any, str | int] | None  # (link of the parent, key): a path that takes no memory of its own
MAX_SHOWN = 200


class Problem(Struct, frozen=True, order=True):
    """One violation. ``place`` is a JSON pointer ("/components/0/type"), or "line 12"; ``rule`` names a rule of the
    specification."""

    place: str
    message: str
    rule: str = ""


def at(path: Iterable[str | int], message: str, rule: str = "") -> Problem:
    return Problem(pointer(path), message, rule)


def walk(document: Any, link: Link = None, skipped: str = "") -> Iterator[tuple[Link, Any]]:
    """Every object and list with its place, from the outermost; nothing below the key ``skipped``."""
    waiting: list[tuple[Link, Any]] = [(link, document)]
    while waiting:
        place, value = waiting.pop()
        yield place, value
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list) and key != skipped:
                waiting.append(((place, key), inner))


def path_of(link: Link) -> Path:
    keys: list[str | int] = []
    while link is not None:
        link, key = link
        keys.append(key)
    return tuple(reversed(keys))


def pointer(path: Iterable[str | int]) -> str:
    """The JSON pointer of a path. **Source:** RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path) or "/"


def quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"

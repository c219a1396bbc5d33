"""What a document's specification does not allow, with its place."""

from collections.abc import Iterable

from msgspec import Struct

Path = tuple[str | int, ...]
MAX_SHOWN = 200


class Problem(Struct, frozen=True, order=True):
    """``place`` is a JSON pointer ("/components/0/type"), or "line 12"; ``rule`` names a rule of the specification."""

    place: str
    message: str
    rule: str = ""


def at(path: Iterable[str | int], message: str, rule: str = "") -> Problem:
    return Problem(pointer(path), message, rule)


def pointer(path: Iterable[str | int]) -> str:
    """**Source:** RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path) or "/"


def quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"

"""The unreadable parts of a file that is readable otherwise: a package database with a damaged paragraph still has the others.

A reader collects reasons and ends with ``unreadable_parts(reasons, found)``; its join turns each into an ``Unknown``.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from msgspec import Struct

from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence

MAX_BYTES = 64 << 20


class UnreadableParts(Struct, frozen=True, tag="faults"):
    """The first reason why a part of a file is unreadable, and the number of these parts."""

    first: str
    count: int


def bounded(stream: BinaryIO, reasons: list[str]) -> bytes:
    """The content of a package database. If it is too long, returns its beginning and adds a reason to ``reasons``."""
    data = stream.read(MAX_BYTES)
    if stream.read(1):
        reasons.append(f"longer than {MAX_BYTES >> 20} MiB: the rest was not read")
    return data


def unreadable_parts(reasons: Sequence[str], found: int) -> Iterator[UnreadableParts]:
    """Yields one fact for all ``reasons``, or nothing if there are none. Raises ValueError if there are reasons and
    ``found``, the number of readable parts, is 0: the file is then not of the kind that its name promises."""
    if reasons and not found:
        raise ValueError(reasons[0])
    if reasons:
        yield UnreadableParts(reasons[0], len(reasons))


def unknown(cataloger: str, fact: Fact) -> Unknown:
    """The ``Unknown`` of a fact whose value is ``UnreadableParts``."""
    parts: UnreadableParts = fact.value
    more = f" (and {parts.count - 1} more)" if parts.count > 1 else ""
    return Unknown(cataloger, Evidence(fact.path, fact.layer), parts.first + more)

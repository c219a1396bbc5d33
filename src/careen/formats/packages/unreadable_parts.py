"""What could not be read of a file whose rest was: a package database with a damaged paragraph still names the others.

A reader collects reasons and gives ``faults(reasons, found)`` as its last facts; its join turns each into an ``Unknown``.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence


class Faults(Struct, frozen=True, tag="faults"):
    first: str
    count: int


def faults(reasons: Sequence[str], found: int) -> Iterator[Faults]:
    """Raises ValueError where nothing else was found: the file is not what its name says."""
    if reasons and not found:
        raise ValueError(reasons[0])
    if reasons:
        yield Faults(reasons[0], len(reasons))


def unknown(cataloger: str, fact: Fact) -> Unknown:
    told: Faults = fact.value
    more = f" (and {told.count - 1} more)" if told.count > 1 else ""
    return Unknown(cataloger, Evidence(fact.path, fact.layer), told.first + more)

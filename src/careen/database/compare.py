"""Compares two databases, and counts the differences by source and by kind. Each difference is passed on and not
stored.

Raises: DatabaseError if one of the two cannot be read.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from careen.model.advisory import DatabaseInfo

from .differences import EVERYTHING, KINDS, About, Change, Difference, Only, differences
from .read import Database, open_database


class SourceChange(Struct, frozen=True):
    """The changes of a source. ``before`` and ``after`` are the dates of its data; "" if a database lacks the source."""

    name: str
    before: str
    after: str
    added: int
    removed: int
    changed: int
    records: int  # in the new database


class KindChange(Struct, frozen=True):
    kind: About
    added: int
    removed: int
    changed: int

    @property
    def total(self) -> int:
        return self.added + self.removed + self.changed


class Comparison(Struct, frozen=True):
    """The result of a comparison. Sources and kinds without changes are left out."""

    before: DatabaseInfo
    after: DatabaseInfo
    sources: tuple[SourceChange, ...]
    kinds: tuple[KindChange, ...]


def compare(
    before: Path, after: Path, only: Only = EVERYTHING, on_difference: Callable[[Difference], None] | None = None
) -> Comparison:
    """Compares two databases. ``on_difference`` is called with each difference, in the order of ``differences``."""
    by_source, by_kind = Counter[tuple[str, Change]](), Counter[tuple[str, Change]]()
    with open_database(before) as old, open_database(after) as new:
        for difference in differences(old, new, only):
            by_source[difference.source, difference.change] += 1
            by_kind[difference.kind, difference.change] += 1
            if on_difference:
                on_difference(difference)
        kinds = (KindChange(kind, *_counts(by_kind, kind)) for kind in KINDS)
        return Comparison(old.info, new.info, _sources(old, new, only, by_source), tuple(kind for kind in kinds if kind.total))


def _sources(old: Database, new: Database, only: Only, counted: Counter[tuple[str, Change]]) -> tuple[SourceChange, ...]:
    then, now = ({source.name: source for source in database.info.sources} for database in (old, new))
    found = []
    for name in dict.fromkeys((*now, *then)):
        if only.wants_source(name):
            before, after = (known[name].as_of if name in known else "" for known in (then, now))
            row = SourceChange(name, before, after, *_counts(counted, name), now[name].records if name in now else 0)
            if row.before != row.after or row.added or row.removed or row.changed:
                found.append(row)
    return tuple(found)


def _counts(counted: Counter[tuple[str, Change]], what: str) -> tuple[int, int, int]:
    return counted[what, "added"], counted[what, "removed"], counted[what, "changed"]

"""What changed between two databases: dates and records of each source, and the fixes that advisories name.

A record is the same where its source says the same of the same package under the same id, in whichever order it was built.
Raises: DatabaseError where one of the two cannot be read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from careen.model.advisory import Advisory, DatabaseInfo, Status

from .buckets import Kind
from .read import Database, open_database

MAX_FIXES = 1000
_OTHERS: tuple[Kind, ...] = ("record", "malicious", "epss", "exploited", "repository", "support")


class SourceChange(Struct, frozen=True):
    """``before`` and ``after`` are the days of its data, "" where it is not there."""

    name: str
    before: str
    after: str
    added: int
    removed: int
    changed: int
    records: int  # that it has now


class Fix(Struct, frozen=True):
    """What an advisory said of the fix, and says. Without versions the status tells it."""

    source: str
    namespace: str
    package: str
    id: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    status_before: Status
    status_after: Status


class Difference(Struct, frozen=True):
    before: DatabaseInfo
    after: DatabaseInfo
    sources: tuple[SourceChange, ...]
    fixes: tuple[Fix, ...]  # at most MAX_FIXES
    fixes_changed: int


Said = Mapping[tuple[str, str, str], tuple[object, ...]]  # (source, package, id) -> what is said of it


def compare(before: Path, after: Path) -> Difference:
    with open_database(before) as old, open_database(after) as new:
        added, removed, changed = Counter[str](), Counter[str](), Counter[str]()
        fixes: list[Fix] = []
        fixes_changed = 0
        for _, (had, has) in _both(old, new):
            for key in had.keys() - has.keys():
                removed[key[0]] += 1
            for key, now in has.items():
                then = had.get(key)
                if then is None:
                    added[key[0]] += 1
                elif then != now:
                    changed[key[0]] += 1
                    fix = _fix(key[0], then, now)
                    fixes_changed += fix is not None
                    if fix and len(fixes) < MAX_FIXES:
                        fixes.append(fix)
        infos = {one.name: one for one in old.info.sources}, {one.name: one for one in new.info.sources}
        sources = []
        for name in dict.fromkeys((*infos[1], *infos[0])):
            then_, now_ = infos[0].get(name), infos[1].get(name)
            row = SourceChange(
                name,
                then_.as_of if then_ else "",
                now_.as_of if now_ else "",
                added[name],
                removed[name],
                changed[name],
                now_.records if now_ else 0,
            )
            if row.before != row.after or row.added or row.removed or row.changed:
                sources.append(row)
        fixes.sort(key=lambda one: (one.namespace, one.package, one.id))
        return Difference(old.info, new.info, tuple(sources), tuple(fixes), fixes_changed)


def _both(old: Database, new: Database) -> Iterator[tuple[str, tuple[Said, Said]]]:
    """Piece by piece, for all of it is a lot."""
    for namespace in sorted({*old.namespaces(), *new.namespaces()}):
        yield namespace, (_advisories(old, namespace), _advisories(new, namespace))
    for kind in _OTHERS:
        yield kind, (_records(old, kind), _records(new, kind))


def _advisories(database: Database, namespace: str) -> Said:
    found: dict[tuple[str, str, str], list[Advisory]] = defaultdict(list)
    for source, advisory in database.every_advisory(namespace):
        found[source, advisory.package, advisory.id].append(advisory)
    return {key: tuple(said) for key, said in found.items()}


def _records(database: Database, kind: Kind) -> Said:
    return {(source, *key): (record,) for source, key, record in database.every_record(kind)}


def _fix(source: str, then: tuple[object, ...], now: tuple[object, ...]) -> Fix | None:
    one, other = then[0], now[0]
    if not isinstance(one, Advisory) or not isinstance(other, Advisory):
        return None
    before, after = _versions(then), _versions(now)
    if before == after and one.status == other.status:
        return None
    return Fix(source, other.namespace, other.package, other.id, before, after, one.status, other.status)


def _versions(said: tuple[object, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in said:
        if isinstance(one, Advisory):
            found.update(dict.fromkeys(one.fixed_versions or (range.fixed for range in one.ranges if range.fixed)))
    return tuple(found)

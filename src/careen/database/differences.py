"""Yields the differences between two databases one by one; memory contains only a few records.

Feeds that differ are read in parallel in the order of their keys, kind by kind and namespace by namespace. From the
other feeds, which are most of them, only the values of the changed keys are read. Two statements are the same if their
source states the same about the same subject with the same id, in whichever order the feeds were read.
Raises: DatabaseError if one of the two is damaged.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Literal

import msgspec
from msgspec import Struct

from careen.model.advisory import (
    Advisory,
    Epss,
    Exploited,
    LimitedSupport,
    Listed,
    Malicious,
    NamespaceInfo,
    Repository,
    Support,
    VulnerabilityRecord,
)
from careen.plugins import Record

from .database_file import PackedStatement
from .head import FeedRow, label_of
from .read import Database

Change = Literal["added", "removed", "changed"]
About = Literal["advisory", "malicious", "support", "exploited", "record", "epss", "repository", "listed"]
KINDS: tuple[About, ...] = ("advisory", "malicious", "support", "exploited", "record", "epss", "repository", "listed")
_WITH_NAMESPACE = ("advisory", "malicious", "support", "listed")
KEYS = 200  # keys that are looked up together
_ORDER = msgspec.msgpack.Encoder()

Sides = tuple[list[PackedStatement], list[PackedStatement]]


class Difference(Struct, frozen=True, gc=False):
    """A difference. ``name`` is a package, a release (support) or a repository; "" if the id is the whole subject.
    ``before`` and ``after`` are the statements of the source, of which one advisory may have several about a package.
    """

    kind: About
    source: str  # with its part, such as "osv/npm"
    namespace: str
    name: str
    id: str
    change: Change
    fields: tuple[str, ...]  # the changed fields
    before: tuple[Record, ...]
    after: tuple[Record, ...]


class Only(Struct, frozen=True):
    """What to compare; empty means everything. A namespace is one release, or a distribution with all its releases; a
    source may be a part of one. If there are namespaces, kinds without namespaces are left out.
    """

    namespaces: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def wants_namespace(self, namespace: str) -> bool:
        return not self.namespaces or not self.namespaces.isdisjoint((namespace, namespace.partition(":")[0]))

    def wants_source(self, label: str) -> bool:
        return not self.sources or not self.sources.isdisjoint((label, label.partition("/")[0]))

    def wants_feed(self, row: FeedRow) -> bool:
        return self.wants_source(label_of(row))


EVERYTHING = Only()


def differences(old: Database, new: Database, only: Only = EVERYTHING) -> Iterator[Difference]:
    """Yields the differences of two databases, sorted by kind, then by namespace, then by the name of the subject."""
    alike = old.packed_alike(new)
    for kind in KINDS:
        if only.namespaces and kind not in _WITH_NAMESPACE:
            continue
        for space in sorted({*old.spaces(kind), *new.spaces(kind)}):
            if kind == "support" or only.wants_namespace(space):
                yield from _of_section(kind, space, (old, new), only, alike)


def _of_section(
    kind: About, space: str, databases: tuple[Database, Database], only: Only, alike: frozenset[str]
) -> Iterator[Difference]:
    old, new = databases
    unchanged = old.unchanged(new, kind, space, alike)

    def is_walked(row: FeedRow) -> bool:
        return row.path not in unchanged and only.wants_feed(row)

    def is_beside(row: FeedRow) -> bool:
        return row.path in unchanged and only.wants_feed(row)

    changed = _changed_keys(kind, space, databases, is_walked, alike)
    while groups := list(islice(changed, KEYS)):
        beside = [database.of_keys(kind, space, [key for key, _ in groups], is_beside) for database in databases]
        for key, packed in groups:
            had, has = (
                _unpacked(
                    database.statements(kind, space, statement)
                    for statement in sorted((*found, *others.get(key, ())), key=itemgetter(2))
                )
                for database, found, others in zip(databases, packed, beside, strict=True)
            )
            yield from _of_key(kind, had, has, only)


def _changed_keys(
    kind: About,
    space: str,
    databases: tuple[Database, Database],
    is_walked: Callable[[FeedRow], bool],
    alike: frozenset[str],
) -> Iterator[tuple[bytes, Sides]]:
    sides = [_marked(side, database.in_order(kind, space, is_walked)) for side, database in enumerate(databases)]
    for key, group in groupby(merge(*sides, key=itemgetter(0)), itemgetter(0)):
        packed: Sides = ([], [])
        for _, side, statement in group:
            packed[side].append(statement)
        if not _are_same(*packed, alike):
            yield key, packed


_Subject = tuple[str, str, str, str]  # source, namespace, name, id


def _marked(side: int, walk: Iterable[PackedStatement]) -> Iterator[tuple[bytes, int, PackedStatement]]:
    return ((statement[0], side, statement) for statement in walk)


def _are_same(before: list[PackedStatement], after: list[PackedStatement], alike: frozenset[str]) -> bool:
    """Whether the packed values show that two lists of statements are the same."""
    return len(before) == len(after) and all(
        (path, value) == (other_path, other_value) and path in alike
        for (_, path, _, value), (_, other_path, _, other_value) in zip(before, after, strict=True)
    )


def _unpacked(found: Iterable[tuple[str, tuple[Record, ...]]]) -> dict[_Subject, list[Record]]:
    by_subject: dict[_Subject, list[Record]] = defaultdict(list)
    for source, records in found:
        for record in records:
            by_subject[(source, *_subject(record))].append(record)
    return by_subject


def _subject(record: Record) -> tuple[str, str, str]:
    match record:
        case Advisory() | Malicious():
            return record.namespace, record.package, record.id
        case LimitedSupport() | Listed():
            return record.namespace, record.package, ""
        case Support():
            return record.namespace, "", ""
        case Repository():
            return "", record.name, ""
        case NamespaceInfo():
            return record.namespace, "", ""
        case VulnerabilityRecord() | Epss() | Exploited():
            return "", "", record.id
        case _:
            raise AssertionError(f"a database has no {type(record).__name__}")


def _of_key(
    kind: About, had: Mapping[_Subject, list[Record]], has: Mapping[_Subject, list[Record]], only: Only
) -> Iterator[Difference]:
    for subject in sorted({*had, *has}):
        before, after = had.get(subject, []), has.get(subject, [])
        if before == after or not only.wants_namespace(subject[1]):
            continue
        if before and after:
            before, after = (sorted(records, key=_ORDER.encode) for records in (before, after))
            if before == after:
                continue
        change: Change = "changed" if before and after else "added" if after else "removed"
        fields = _changed(before, after) if change == "changed" else ()
        yield Difference(kind, *subject, change, fields, tuple(before), tuple(after))


def _changed(before: list[Record], after: list[Record]) -> tuple[str, ...]:
    names = dict.fromkeys(name for record in (*before, *after) for name in record.__struct_fields__)
    return tuple(name for name in names if _values(before, name) != _values(after, name)) or ("statements",)


def _values(records: list[Record], name: str) -> list[object]:
    return sorted((getattr(record, name) for record in records), key=_ORDER.encode)

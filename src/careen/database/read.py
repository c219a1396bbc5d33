"""Look-ups in a database file (``database_file``)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from careen.model.advisory import (
    Advisory,
    DatabaseInfo,
    Epss,
    Exploited,
    LimitedSupport,
    Listed,
    Malicious,
    NamespaceInfo,
    PassedOver,
    SourceInfo,
    VulnerabilityRecord,
)

from .checks import Check, read_checks
from .database_file import DatabaseFile, connect
from .head import Kind, label_of
from .knowledge import FILE, key_name
from .rows import (
    limited_key,
    statements,
    unpack_advisories,
    unpack_epss,
    unpack_exploited,
    unpack_limited,
    unpack_malicious,
    unpack_record,
    unpack_text,
    unpack_words,
)
from .shelf import Wanted

if TYPE_CHECKING:
    import sqlite3

KEPT_RECORDS = 10_000  # the findings of one image read the same records several times


def open_database(path: Path, *, partly: bool = False) -> "Database":
    """Opens a database file. With ``partly``, also a damaged one, to read its undamaged feeds."""
    connection = connect(path, partly=partly)
    try:
        return Database(path, connection)
    except BaseException:
        connection.close()
        raise


def status(path: Path) -> DatabaseInfo:
    """The contents of the database, for ``careen db status``."""
    with open_database(path) as database:
        return database.info


class Database(DatabaseFile):
    """Look-ups in a database file, the ``Knowledge`` of a scan. Vulnerability records are cached."""

    def __init__(self, path: Path, connection: "sqlite3.Connection") -> None:
        super().__init__(path, connection)
        self._records: dict[str, tuple[VulnerabilityRecord, ...]] = {}

    @cached_property
    def info(self) -> DatabaseInfo:
        merged: dict[str, SourceInfo] = {}
        checks = read_checks(self._path) if self._path.name == FILE else {}
        for row in self._feeds:
            name, check = label_of(row), checks.get(row.path, Check())
            confirmed = max(row.as_of, row.confirmed, check.confirmed)
            fetched = max(row.fetched, check.asked)
            detail = "; ".join(filter(None, (row.detail, check.detail)))
            derived = bool(row.derived)  # SQLite returns a number
            found = SourceInfo(name, row.as_of, row.records, fetched, row.url, detail, derived, confirmed, check.trouble)
            merged[name] = _combined(merged[name], found) if name in merged else found
        return DatabaseInfo(str(self._path), self._head.built, tuple(merged.values()))

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        found: dict[str, list[Advisory]] = defaultdict(list)
        first: dict[tuple[str, str, str], int] = {}
        with self._reading():
            for feed, name, value in self._find("advisory", namespace, Wanted(names)):
                source = self._feeds[feed].source
                for statement in unpack_advisories(namespace, name, value, self._words(feed), partial(self._of_bundles, feed)):
                    # If several feeds of one source have it, the first counts.
                    if first.setdefault((source, name, statement.id), feed) == feed:
                        found[name].append(statement)
        return {name: tuple(advisories) for name, advisories in found.items()}

    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]:
        found: dict[str, list[Malicious]] = defaultdict(list)
        with self._reading():
            for _, name, value in self._find("malicious", namespace, Wanted(names)):
                found[name] += [Malicious(id, namespace, name, versions) for id, versions in unpack_malicious(value)]
        return {name: tuple(reports) for name, reports in found.items()}

    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        merged: dict[str, NamespaceInfo] = {}
        for feed, section in self._held("advisory", namespace):
            name = label_of(self._feeds[feed])
            one = merged.get(name)
            merged[name] = NamespaceInfo(
                namespace,
                name,
                section.records + (one.records if one else 0),
                section.keys + (one.packages if one else 0),
                section.partial and (one is None or one.partial),
                section.unfixed or (one is not None and one.unfixed),
                section.detail,
            )
        return tuple(merged.values())

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        with self._reading():
            return frozenset(name for _, name, _ in self._find("advisory", namespace, Wanted(names)))

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset()

    def unread(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[PassedOver, ...]]:
        found: dict[str, tuple[PassedOver, ...]] = {}
        for feed, _ in self._held("advisory", namespace):
            row = self._feeds[feed]
            if not row.unread:
                continue
            about = [record for record in row.unread if record.namespace in ("", namespace)]
            if mine := tuple(record for record in about if not record.package or key_name(namespace, record.package) in names):
                found[label_of(row)] = (*found.get(label_of(row), ()), *mine)
        return found

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return {}

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        kept = self._records
        found = {id: records for id in ids if (records := kept.get(id)) is not None}
        if missing := [id for id in ids if id not in found]:
            read: dict[str, tuple[VulnerabilityRecord, ...]] = dict.fromkeys(missing, ())
            read |= self._recorded(missing)
            found |= read
            if len(kept) > KEPT_RECORDS:
                kept = self._records = {}
            kept |= read
        return {id: found[id] for id in sorted(found) if found[id]}

    def _recorded(self, ids: Collection[str]) -> dict[str, tuple[VulnerabilityRecord, ...]]:
        found: dict[str, list[VulnerabilityRecord]] = defaultdict(list)
        with self._reading():
            wanted = Wanted(ids)
            for feed, id, value in self._find("record", "", wanted):
                found[id].append(unpack_record(id, value, self._words(feed)))
            aliases: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
            for feed, alias, value in self._find("alias", "", wanted):
                for id, _ in statements(value):
                    aliases[feed][id].append(alias)
            for feed, by_id in aliases.items():
                for _, id, value in self._find("record", "", Wanted(by_id), feed):
                    record = unpack_record(id, value, self._words(feed))
                    for alias in by_id[id]:
                        found[alias].append(record)
        return {id: tuple(records) for id, records in found.items()}

    def epss(self, ids: Collection[str]) -> Mapping[str, Epss]:
        with self._reading():
            return {id: Epss(id, *unpack_epss(value)) for id, value in self._first("epss", ids).items()}

    def exploited(self, ids: Collection[str]) -> Mapping[str, Exploited]:
        with self._reading():
            return {id: Exploited(id, *unpack_exploited(value)) for id, value in self._first("exploited", ids).items()}

    def end_of_life(self, namespace: str) -> str | None:
        with self._reading():
            return next((unpack_text(value) for value in self._first("support", (namespace,)).values()), None)

    def limited_support(self, namespace: str) -> tuple[LimitedSupport, ...]:
        start = limited_key(namespace)
        found: dict[str, bytes] = {}
        with self._reading():
            for feed, section in self._held("support", ""):
                if not section.low[: len(start)] <= start <= section.high:
                    continue
                for key, value in self._shelf.walk(section, self._tag(feed, section)):
                    if key.startswith(start):
                        found.setdefault(key, value)
            return tuple(unpack_limited(key, unpack_text(value)) for key, value in sorted(found.items()))

    def listed(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Listed, ...]]:
        found: dict[str, list[Listed]] = defaultdict(list)
        with self._reading():
            for feed, name, value in self._find("listed", namespace, Wanted(names)):
                if not self._feeds[feed].derived:  # a feed that a mirror made may lack versions
                    found[name].append(Listed(namespace, name, unpack_words(value), self._feeds[feed].as_of))
        return {name: tuple(listed) for name, listed in found.items()}

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        with self._reading():
            return {name: unpack_words(value) for name, value in self._first("repository", names).items()}

    def _first(self, kind: Kind, keys: Collection[str]) -> Mapping[str, bytes]:
        """For each key the value from the first feed that has it; for kinds with one value per key."""
        found: dict[str, bytes] = {}
        for _, key, value in self._find(kind, "", Wanted(keys)):
            found.setdefault(key, value)
        return found


def _combined(one: SourceInfo, other: SourceInfo) -> SourceInfo:
    """Combines the descriptions of two files of one part. The older date counts, because it holds for both."""
    return SourceInfo(
        one.name,
        min(one.as_of, other.as_of),
        one.records + other.records,
        min(one.fetched, other.fetched),
        one.url,
        one.detail or other.detail,
        one.derived or other.derived,
        min(one.confirmed, other.confirmed),
        one.trouble or other.trouble,
    )

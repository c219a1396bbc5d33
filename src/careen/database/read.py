"""Look-ups in a database file, which is opened as immutable: no lock is taken and no other file is made.

An update puts a new file in the place of the old one; who has the old one open goes on reading it.
Raises: DatabaseError where the file is missing, damaged, or of another version of the schema.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property, partial
from heapq import merge
from operator import eq, itemgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from careen.errors import DatabaseError
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
from careen.plugins import Record

from .buckets import FeedRow, Held, Kind, Section, Shelf, Wanted, label_of, tag_of
from .checks import Check, read_checks
from .integrity import distrust, is_whole
from .knowledge import FILE, key_name
from .rows import (
    SCHEMA,
    bundle_key,
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
    unpacked,
)

if TYPE_CHECKING:
    import sqlite3

KEPT_RECORDS = 10_000  # one image's findings ask for the same ones several times
PackedStatement = tuple[bytes, str, int, bytes]  # the key, the feed, its number in this database, the packed value

UPDATE_HINT = "Run `careen db update`, on a machine with network or `--from` a mirror."


def open_database(path: Path, *, partly: bool = False) -> "Database":
    """``partly``: also one that is damaged, for what of it is whole."""
    import sqlite3

    check_readable(path)
    if not path.exists():
        raise DatabaseError(f"{path}: there is no advisory database", UPDATE_HINT)
    if not partly and not is_whole(path):
        raise DatabaseError(f"{path}: the advisory database is damaged (it is not what was written)", UPDATE_HINT)
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: the advisory database cannot be opened ({error})", UPDATE_HINT) from None
    try:
        return Database(path, connection)
    except BaseException:
        connection.close()
        raise


def check_readable(path: Path) -> None:
    """That what is there, if anything, is a file that we may read: what is in it is not to be made anew without a word."""
    try:
        if path.exists() and not path.is_file():
            raise DatabaseError(f"{path}: the advisory database is no file", f"Remove what is there. {UPDATE_HINT}")
        if path.exists():
            path.open("rb").close()
    except OSError as error:
        why = error.strerror or error
        hint = "Check its owner and mode, or choose another folder with CAREEN_CACHE_DIR."
        raise DatabaseError(f"{path}: the advisory database cannot be read ({why})", hint) from None


def status(path: Path) -> DatabaseInfo:
    """What the database holds, for ``careen db status``."""
    with open_database(path) as database:
        return database.info


class Database:
    """The ``Knowledge`` of a file. Answers are fetched when asked for and verified; the head and some records are kept."""

    def __init__(self, path: Path, connection: "sqlite3.Connection") -> None:
        self._path = path
        self._connection = connection
        self._shelf = Shelf(connection)
        self._records: dict[str, tuple[VulnerabilityRecord, ...]] = {}
        self._bundles: dict[int, dict[int, tuple[str, ...]]] = defaultdict(dict)
        with self._reading():
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA:
                age = "older" if version < SCHEMA else "newer"
                reason = f"is of an {age} kind (schema {version}, not {SCHEMA})"
                raise DatabaseError(f"{path}: the advisory database {reason}", UPDATE_HINT)
            self._head = self._shelf.head()
            self._feeds = self._head.rows
            self._words = cache(self._head.words_of)
            self._sections: dict[tuple[str, str], list[tuple[int, Section]]] = {}

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @cached_property
    def info(self) -> DatabaseInfo:
        merged: dict[str, SourceInfo] = {}
        checks = read_checks(self._path) if self._path.name == FILE else {}
        for row in self._feeds:
            name, check = label_of(row), checks.get(row.path, Check())
            confirmed = max(row.as_of, row.confirmed, check.confirmed)
            fetched = max(row.fetched, check.asked)
            detail = "; ".join(filter(None, (row.detail, check.detail)))
            derived = bool(row.derived)  # SQLite has numbers
            found = SourceInfo(name, row.as_of, row.records, fetched, row.url, detail, derived, confirmed, check.trouble)
            merged[name] = _together(merged[name], found) if name in merged else found
        return DatabaseInfo(str(self._path), self._head.built, tuple(merged.values()))

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        found: dict[str, list[Advisory]] = defaultdict(list)
        first: dict[tuple[str, str, str], int] = {}
        with self._reading():
            for feed, name, value in self._find("advisory", namespace, Wanted(names)):
                source = self._feeds[feed].source
                for statement in unpack_advisories(namespace, name, value, self._words(feed), partial(self._of_bundles, feed)):
                    # Of feeds of one source the first counts.
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
            about = [one for one in row.unread if one.namespace in ("", namespace)]
            if mine := tuple(one for one in about if not one.package or key_name(namespace, one.package) in names):
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
                if not self._feeds[feed].derived:  # what a mirror put together may lack versions
                    found[name].append(Listed(namespace, name, unpack_words(value), self._feeds[feed].as_of))
        return {name: tuple(listed) for name, listed in found.items()}

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        with self._reading():
            return {name: unpack_words(value) for name, value in self._first("repository", names).items()}

    def spaces(self, kind: Kind) -> tuple[str, ...]:
        """The namespaces of a kind; of kinds without namespaces it is "" alone."""
        return tuple(space for one, _, space in self._kinds() if one == kind)

    def in_order(self, kind: Kind, space: str, wants: Callable[[FeedRow], bool]) -> Iterator[PackedStatement]:
        """All that wanted feeds say of a kind, in the order of the keys, as it is packed: see ``statements``."""
        walks = (
            self._walked(self._feeds[feed].path, feed, section)
            for feed, section in self._held(kind, space)
            if wants(self._feeds[feed])
        )
        with self._reading():
            yield from merge(*walks, key=itemgetter(0))

    def _walked(self, path: str, feed: int, section: Section) -> Iterator[PackedStatement]:
        for key, value in self._shelf.walk(section, self._tag(feed, section)):
            yield key.encode(), path, feed, value

    def statements(self, kind: Kind, space: str, statement: PackedStatement) -> tuple[str, tuple[Record, ...]]:
        """The source of what ``in_order`` gives, and what it says."""
        key, _, feed, value = statement
        with self._reading():
            source, words = label_of(self._feeds[feed]), self._words(feed)
            return source, tuple(unpacked(kind, space, key.decode(), value, words, partial(self._of_bundles, feed)))

    def packed_alike(self, other: "Database") -> frozenset[str]:
        """The feeds whose packed values mean the same in both, where their bytes are the same."""
        mine, others = self._bundle_rows(), other._bundle_rows()
        words, theirs = ({path: one.words for path, one in database.held().items()} for database in (self, other))
        return frozenset(
            path
            for path in mine.keys() & others.keys()
            if mine[path] == others[path] and all(map(eq, words[path], theirs[path]))
        )

    def _bundle_rows(self) -> dict[str, bytes]:
        """A checksum of the bundles of every feed, b"" where it has none."""
        from hashlib import blake2b

        found = dict.fromkeys((row.path for row in self._feeds), b"")
        with self._reading():
            for feed, section in self._held("bundle", ""):
                digest = blake2b()
                for row in self._shelf.rows(section, self._tag(feed, section)):
                    digest.update(row)
                found[self._feeds[feed].path] = digest.digest()
        return found

    def contents(self) -> dict[str, tuple[tuple[str, str, int], ...]]:
        """Of each feed by its path: kind, namespace (or "") and number of records of each section."""

        def summary_of(section: Section) -> tuple[str, str, int]:
            return section.kind, section.space, section.records

        with self._reading():
            return {held.row.path: tuple(map(summary_of, held.sections)) for held in self._head.held()}

    def records_of_feed(self, path: str) -> Iterator[Record]:
        """All that one feed statement, to be written to another database; in the same order whatever else is in this one."""
        feed = next(number for number, row in enumerate(self._feeds) if row.path == path)
        with self._reading():
            for kind, _, space in sorted(self._kinds()):
                for section in (section for number, section in self._held(kind, space) if number == feed):
                    if kind == "advisory":
                        counts = (section.records, section.keys, section.partial, section.unfixed, section.detail)
                        yield NamespaceInfo(space, "", *counts)
                    for key, value in self._shelf.walk(section, self._tag(feed, section)):
                        yield from unpacked(kind, space, key, value, self._words(feed), partial(self._of_bundles, feed))

    def held(self) -> Mapping[str, Held]:
        """All feeds as they are packed, by path."""
        with self._reading():
            return {held.row.path: held for held in self._head.held()}

    def rows(self, held: Held) -> Iterator[bytes]:
        """The blobs of all sections of a feed in turn, each verified."""
        with self._reading():
            for section in held.sections:
                yield from self._shelf.rows(section, held.tag(section))

    def _of_bundles(self, feed: int, numbers: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
        known = self._bundles[feed]
        if missing := [bundle_key(number) for number in numbers if number not in known]:
            known |= {int(key): unpack_words(value) for _, key, value in self._find("bundle", "", Wanted(missing), feed)}
        return known

    def _first(self, kind: Kind, keys: Collection[str]) -> Mapping[str, bytes]:
        """Of kinds with one value for a key, what the first feed says."""
        found: dict[str, bytes] = {}
        for _, key, value in self._find(kind, "", Wanted(keys)):
            found.setdefault(key, value)
        return found

    def _kinds(self) -> Iterator[tuple[str, str, str]]:
        return (name.partition(" ") for name in self._head.packed)

    def _held(self, kind: str, space: str) -> list[tuple[int, Section]]:
        """The feeds that have such a section, by their numbers, in the order in which they count."""
        found = self._sections.get((kind, space))
        if found is None:
            found = self._sections[kind, space] = self._head.sections(kind, space)
        return found

    def _find(self, kind: Kind, space: str, wanted: Wanted, feed: int | None = None) -> Iterator[tuple[int, str, bytes]]:
        for number, section in self._held(kind, space):
            if (feed is None or number == feed) and wanted.reach(section):
                for key, value in self._shelf.find(section, self._tag(number, section), wanted):
                    yield number, key, value

    def _tag(self, feed: int, section: Section) -> bytes:
        return tag_of(self._feeds[feed].path, section.kind, section.space)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever reading and unpacking stumble over: the file is not as it was written."""
        import sqlite3

        try:
            yield
        except (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError) as error:
            distrust(self._path)
            raise DatabaseError(f"{self._path}: the advisory database is damaged ({error})", UPDATE_HINT) from None


def _together(one: SourceInfo, other: SourceInfo) -> SourceInfo:
    """Two files of one part, of which the older date is what can be relied on."""
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

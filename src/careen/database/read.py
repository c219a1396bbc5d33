"""Look-ups in a database file, which is opened as immutable: no lock is taken and no other file is made.

An update puts a new file in the place of the old one; who has the old one open goes on reading it.
Raises: DatabaseError where the file is missing, damaged, or of another version of the schema.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from careen.errors import DatabaseError
from careen.model.advisory import (
    Advisory,
    DatabaseInfo,
    Epss,
    Exploited,
    LimitedSupport,
    Malicious,
    NamespaceInfo,
    Repository,
    SourceInfo,
    Support,
    VulnerabilityRecord,
)
from careen.plugins import Record

from .build import FeedRow, label_of
from .checks import Check, read_checks
from .knowledge import FILE
from .rows import LIMITED, SCHEMA, limited_key, unpack_advisory, unpack_limited, unpack_record, unpack_words

if TYPE_CHECKING:
    import sqlite3

CHUNK = 500  # SQLite takes at least 999 parameters
UPDATE_HINT = "Run `careen db update`, on a machine with network or `--from` a mirror."


def open_database(path: Path) -> "Database":
    import sqlite3

    if not path.is_file():
        raise DatabaseError(f"{path}: there is no advisory database", UPDATE_HINT)
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: the advisory database cannot be opened ({error})", UPDATE_HINT) from None
    try:
        return Database(path, connection)
    except BaseException:
        connection.close()
        raise


def status(path: Path) -> DatabaseInfo:
    """What the database holds, for ``careen db status``."""
    with open_database(path) as database:
        return database.info


class Database:
    """The ``Knowledge`` of a file. Answers are fetched when asked for; nothing is kept but the list of feeds and words."""

    def __init__(self, path: Path, connection: "sqlite3.Connection") -> None:
        self._path = path
        self._connection = connection
        self._bundles: dict[tuple[int, int], tuple[str, ...]] = {}
        with self._reading():
            (version,) = next(self._rows("PRAGMA user_version"))
            if version != SCHEMA:
                age = "older" if version < SCHEMA else "newer"
                reason = f"is of an {age} kind (schema {version}, not {SCHEMA})"
                raise DatabaseError(f"{path}: the advisory database {reason}", UPDATE_HINT)
            self._words: dict[int, str] = dict(self._rows("SELECT id, text FROM word"))
            self._word_ids = {text: id for id, text in self._words.items()}
            columns = ", ".join(("id", *FeedRow.__struct_fields__))
            self._feeds = {row[0]: FeedRow(*row[1:]) for row in self._rows(f"SELECT {columns} FROM feed ORDER BY id")}  # noqa: S608
            self._built = next((value for (value,) in self._rows("SELECT value FROM meta WHERE name = 'built'")), "")

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @property
    def info(self) -> DatabaseInfo:
        merged: dict[str, SourceInfo] = {}
        checks = read_checks(self._path) if self._path.name == FILE else {}
        for row in self._feeds.values():
            name, check = label_of(row), checks.get(row.path, Check())
            confirmed = max(row.as_of, row.confirmed, check.confirmed)
            fetched = max(row.fetched, check.asked)
            detail = "; ".join(filter(None, (row.detail, check.detail)))
            derived = bool(row.derived)  # SQLite has numbers
            found = SourceInfo(name, row.as_of, row.records, fetched, row.url, detail, derived, confirmed, check.trouble)
            merged[name] = _together(merged[name], found) if name in merged else found
        return DatabaseInfo(str(self._path), self._built, tuple(merged.values()))

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        found: dict[str, list[Advisory]] = defaultdict(list)
        first: dict[tuple[str, str, str], int] = {}
        sql = "SELECT name, feed, id, body FROM advisory WHERE namespace = ? AND name IN ({})"
        with self._reading():
            for name, feed, id, packed in self._named(sql, namespace, names):
                # Of feeds of one source the first counts.
                if first.setdefault((self._feeds[feed].source, name, id), feed) == feed:
                    bundle = partial(self._bundle, feed)
                    found[name].append(unpack_advisory(namespace, name, id, packed, self._words, bundle))
        return {name: tuple(advisories) for name, advisories in found.items()}

    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]:
        found: dict[str, list[Malicious]] = defaultdict(list)
        sql = "SELECT name, id, versions FROM malicious WHERE namespace = ? AND name IN ({})"
        with self._reading():
            for name, id, packed in self._named(sql, namespace, names):
                found[name].append(Malicious(id, namespace, name, unpack_words(packed) if packed else ()))
        return {name: tuple(reports) for name, reports in found.items()}

    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        sql = "SELECT feed, records, packages, partial, unfixed, detail FROM namespace WHERE namespace = ? ORDER BY feed"
        merged: dict[str, NamespaceInfo] = {}
        with self._reading():
            for feed, records, packages, some, unfixed, detail in self._rows(sql, (self._word_ids.get(namespace),)):
                name = label_of(self._feeds[feed])
                one = merged.get(name)
                merged[name] = NamespaceInfo(
                    namespace,
                    name,
                    records + (one.records if one else 0),
                    packages + (one.packages if one else 0),
                    bool(some) and (one is None or one.partial),
                    bool(unfixed) or (one is not None and one.unfixed),
                    detail,
                )
        return tuple(merged.values())

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        sql = "SELECT DISTINCT name FROM advisory WHERE namespace = ? AND name IN ({})"
        with self._reading():
            return frozenset(name for (name,) in self._named(sql, namespace, names))

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset()

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return {}

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        found: dict[str, list[VulnerabilityRecord]] = defaultdict(list)
        direct = "SELECT id, id, body FROM record WHERE id IN ({}) ORDER BY feed"
        aliased = "SELECT a.alias, r.id, r.body FROM alias a JOIN record r USING (id, feed) WHERE a.alias IN ({})"
        with self._reading():
            for sql in (direct, aliased):
                for asked, id, packed in self._listed(sql, ids):
                    found[asked].append(unpack_record(id, packed, self._words))
        return {id: tuple(records) for id, records in found.items()}

    def epss(self, ids: Collection[str]) -> Mapping[str, Epss]:
        sql = "SELECT id, score, percentile FROM epss WHERE id IN ({})"
        with self._reading():
            return {row[0]: Epss(*row) for row in self._listed(sql, ids)}

    def exploited(self, ids: Collection[str]) -> Mapping[str, Exploited]:
        sql = "SELECT id, added, ransomware FROM exploited WHERE id IN ({})"
        with self._reading():
            return {id: Exploited(id, added, bool(ransomware)) for id, added, ransomware in self._listed(sql, ids)}

    def end_of_life(self, namespace: str) -> str | None:
        with self._reading():
            rows = self._rows("SELECT end_of_life FROM support WHERE namespace = ?", (namespace,))
            return next((str(date) for (date,) in rows), None)

    def limited_support(self, namespace: str) -> tuple[LimitedSupport, ...]:
        start = limited_key(namespace)
        end = start[:-1] + chr(ord(LIMITED) + 1)
        sql = "SELECT namespace, end_of_life FROM support WHERE namespace >= ? AND namespace < ? ORDER BY namespace"
        with self._reading():
            return tuple(unpack_limited(key, text) for key, text in self._rows(sql, (start, end)))

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        sql = "SELECT name, namespaces FROM repository WHERE name IN ({})"
        with self._reading():
            return {name: unpack_words(packed) for name, packed in self._listed(sql, names)}

    def namespaces(self) -> tuple[str, ...]:
        with self._reading():
            return tuple(self._words[id] for (id,) in self._rows("SELECT DISTINCT namespace FROM namespace"))

    def every_advisory(self, namespace: str) -> Iterator[tuple[str, Advisory]]:
        """All of a namespace by name and id, each with its source: to compare databases, or one with what it was."""
        sql = "SELECT name, feed, id, body FROM advisory WHERE namespace = ? ORDER BY name, feed, id, part"
        with self._reading():
            for name, feed, id, packed in self._rows(sql, (self._word_ids.get(namespace),)):
                said = unpack_advisory(namespace, name, id, packed, self._words, partial(self._bundle, feed))
                yield label_of(self._feeds[feed]), said

    def every_row(self, table: str) -> Iterator[tuple[str, tuple[str, str], tuple[Any, ...]]]:
        """All rows of another table: their source, what they are about, and what they say."""
        columns = {
            "record": "feed, '', id, body",
            "malicious": "feed, name, id, namespace, versions",
            "epss": "feed, '', id, score, percentile",
            "exploited": "feed, '', id, added, ransomware",
            "repository": "feed, name, '', namespaces",
            "support": "feed, namespace, '', end_of_life",
        }
        with self._reading():
            for feed, name, id, *said in self._rows(f"SELECT {columns[table]} FROM {table}"):  # noqa: S608
                if table == "record":
                    said = [unpack_record(id, said[0], self._words)]
                elif table == "malicious":
                    said[0] = self._words[said[0]]
                yield label_of(self._feeds[feed]), (name, id), tuple(said)

    def records_of_feed(self, path: str) -> Iterator[Record]:
        """All that one feed said, to be written to another database."""
        with self._reading():
            ((feed,),) = self._rows("SELECT id FROM feed WHERE path = ?", (path,))
            infos = self._rows(
                "SELECT namespace, records, packages, partial, unfixed, detail FROM namespace WHERE feed = ?", (feed,)
            )
            for namespace, records, packages, some, unfixed, detail in infos:
                yield NamespaceInfo(self._words[namespace], "", records, packages, bool(some), bool(unfixed), detail)
            sql = "SELECT namespace, name, id, body FROM advisory WHERE feed = ? ORDER BY namespace, name, id, part"
            for namespace, name, id, packed in self._rows(sql, (feed,)):
                yield unpack_advisory(self._words[namespace], name, id, packed, self._words, partial(self._bundle, feed))
            for namespace, name, id, packed in self._rows(
                "SELECT namespace, name, id, versions FROM malicious WHERE feed = ?", (feed,)
            ):
                yield Malicious(id, self._words[namespace], name, unpack_words(packed) if packed else ())
            for id, packed in self._rows("SELECT id, body FROM record WHERE feed = ?", (feed,)):
                yield unpack_record(id, packed, self._words)
            for row in self._rows("SELECT id, score, percentile FROM epss WHERE feed = ?", (feed,)):
                yield Epss(*row)
            for id, added, ransomware in self._rows("SELECT id, added, ransomware FROM exploited WHERE feed = ?", (feed,)):
                yield Exploited(id, added, bool(ransomware))
            for name, packed in self._rows("SELECT name, namespaces FROM repository WHERE feed = ?", (feed,)):
                yield Repository(name, unpack_words(packed))
            for key, text in self._rows("SELECT namespace, end_of_life FROM support WHERE feed = ?", (feed,)):
                yield unpack_limited(key, text) if LIMITED in key else Support(key, text)

    def _bundle(self, feed: int, number: int) -> tuple[str, ...]:
        key = (feed, number)
        if key not in self._bundles:
            ((packed,),) = self._rows("SELECT ids FROM bundle WHERE feed = ? AND id = ?", key)
            self._bundles[key] = unpack_words(packed)
        return self._bundles[key]

    def _named(self, sql: str, namespace: str, names: Collection[str]) -> Iterator[tuple[Any, ...]]:
        number = self._word_ids.get(namespace)
        return iter(()) if number is None else self._listed(sql, names, number)

    def _listed(self, sql: str, values: Collection[str], *before: Any) -> Iterator[tuple[Any, ...]]:
        ordered = sorted(filter(_is_utf8, set(values)))
        for start in range(0, len(ordered), CHUNK):
            chunk = ordered[start : start + CHUNK]
            yield from self._rows(sql.format(", ".join("?" * len(chunk))), (*before, *chunk))

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        return self._connection.execute(sql, values)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever reading and unpacking stumble over: the file is not as it was written."""
        import sqlite3

        try:
            yield
        except (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError) as error:
            raise DatabaseError(f"{self._path}: the advisory database is damaged ({error})", UPDATE_HINT) from None


def _is_utf8(text: str) -> bool:
    """Names that an image spells in other bytes than UTF-8 are nobody's."""
    return text.isascii() or text == text.encode("utf-8", "ignore").decode("utf-8")


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

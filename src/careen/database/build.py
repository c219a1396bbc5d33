"""The database file, built aside from feeds that were read anew and from rows of the previous file, then put in place.

Nothing of it is seen before it is complete and verified: killed at any point it leaves the previous file as it was,
and what it leaves behind (``*.building``) is removed by the next build. Records are streamed; what is held in memory
is a batch of rows, SQLite's page cache and the names of packages.
Raises: DatabaseError where the result does not verify.
"""

import gc
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from careen import __version__
from careen.errors import DatabaseError
from careen.model.advisory import (
    Advisory,
    Epss,
    Exploited,
    LimitedSupport,
    Malicious,
    NamespaceInfo,
    Repository,
    Support,
    VulnerabilityRecord,
)
from careen.plugins import Record

from .guard import Judge, doubt_of
from .knowledge import answers_for_aliases, key_name
from .rows import BUNDLE_FROM, SCHEMA, limited_key, pack_advisory, pack_limited, pack_record, pack_words, status_of

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x43415245
BATCH_ROWS = 5_000
CACHE_KIB = 64 * 1024
# A feed that suddenly loses more than this part of its records is kept back.
LOSS = 0.2
LOSS_FROM_RECORDS = 50

_COLUMNS = {
    "advisory": ("namespace", "name", "feed", "id", "part", "body"),
    "bundle": ("feed", "id", "ids"),
    "malicious": ("namespace", "name", "feed", "id", "versions"),
    "namespace": ("namespace", "feed", "records", "packages", "partial", "unfixed", "detail"),
    "record": ("id", "feed", "body"),
    "alias": ("alias", "feed", "id"),
    "epss": ("id", "feed", "score", "percentile"),
    "exploited": ("id", "feed", "added", "ransomware"),
    "repository": ("name", "feed", "namespaces"),
    "support": ("namespace", "feed", "end_of_life"),
}
_UNFIXED = frozenset({"open", "wont_fix", "deferred", "end_of_life"})


class FeedRow(Struct, frozen=True):
    """What the database keeps of one fetched file."""

    path: str
    source: str
    part: str = ""
    url: str = ""
    as_of: str = ""
    fetched: str = ""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    records: int = 0
    detail: str = ""
    reader: str = __version__
    confirmed: str = ""  # day up to which the origin vouched that this is the newest
    derived: bool = False  # made by a mirror, and not its source's own
    large: bool = False  # fetched by ``careen db update --full`` alone


class Fresh(Struct, frozen=True):
    """A feed to be read anew. ``records`` raises ValueError where the file is not what it should be.

    ``replaces``: only the records of these ids; the others stay as they are in the previous file.
    """

    row: FeedRow
    records: Callable[[], Iterable[Record]]
    accept_loss: bool = False
    replaces: frozenset[str] | None = None
    held: str = ""  # why it is not to be read at all where the database has another one


class Kept(Struct, frozen=True):
    """A feed whose rows are taken from the previous file. ``detail`` replaces what was said of it."""

    row: FeedRow


class Failure(Struct, frozen=True):
    trouble: Literal["damaged", "held_back"]
    detail: str


class Built(Struct, frozen=True):
    records: dict[str, int]  # by path of the feed
    failed: dict[str, Failure]  # path of a feed: why its new file was not taken


class _HeldBackError(Exception):
    pass


def build(
    path: Path, feeds: Sequence[Fresh | Kept], built: str, previous: Path | None = None, judge: Judge | None = None
) -> Built:
    """Writes ``path`` anew. A feed that fails keeps the rows that it has in ``previous``.

    With ``judge`` what a feed says is held against what it said before, and against verdicts that are known.
    """
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob("*.building*"):
        leftover.unlink(missing_ok=True)
    aside = path.parent / f"{path.name}.{os.getpid()}.building"
    try:
        with _without_gc(), closing(_create(aside)) as connection:
            result, rows = _fill(connection, feeds, built, previous, judge)
        _verify(aside, rows)
        put_in_place(aside, path)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"{path}: the database could not be built ({error})", "Is there space on the disk?") from error
    finally:
        aside.unlink(missing_ok=True)
    return result


def label_of(row: FeedRow) -> str:
    """The name of a source, or of a part of it, that people see and write."""
    return f"{row.source}/{row.part}" if row.part else row.source


def is_loss(before: int, now: int) -> bool:
    return before >= LOSS_FROM_RECORDS and now < before * (1 - LOSS)


def rows_of(path: Path) -> dict[str, FeedRow]:
    """The feeds that a database file holds, by path; empty where there is no file that this version can use."""
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
                return {}
            columns = ", ".join(FeedRow.__struct_fields__)
            return {row[0]: FeedRow(*row) for row in connection.execute(f"SELECT {columns} FROM feed ORDER BY id")}  # noqa: S608
    except sqlite3.Error:
        return {}


def _create(path: Path) -> "sqlite3.Connection":
    import sqlite3

    connection = sqlite3.connect(path, isolation_level=None, cached_statements=64)
    # A crash costs this file alone, which nobody has seen yet.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.executescript(Path(__file__).with_name("schema.sql").read_text("utf-8"))
    return connection


def _fill(
    connection: "sqlite3.Connection",
    feeds: Sequence[Fresh | Kept],
    built: str,
    previous: Path | None,
    judge: Judge | None,
) -> tuple[Built, dict[str, int]]:
    old = rows_of(previous) if previous else {}
    if old:
        assert previous
        connection.execute("ATTACH ? AS old", (f"{previous.absolute().as_uri()}?mode=ro&immutable=1",))
        connection.execute("INSERT INTO word SELECT id, text FROM old.word")
        connection.execute("CREATE TEMP TABLE kept (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
    connection.execute("BEGIN")
    writer = _Writer(connection)
    final: dict[int, FeedRow] = {}
    failed: dict[str, Failure] = {}
    kept = {number: feed.row for number, feed in enumerate(feeds, 1) if isinstance(feed, Kept) and feed.row.path in old}
    writer.copy({number: row.path for number, row in kept.items()})
    final.update((number, replace(row, records=old[row.path].records)) for number, row in kept.items())
    for number, feed in enumerate(feeds, 1):
        if not isinstance(feed, Fresh):
            continue
        row, before = feed.row, old.get(feed.row.path)
        try:
            if before and feed.held and not feed.accept_loss:
                raise _HeldBackError(feed.held)
            if feed.replaces is None:
                count = writer.read(number, feed.records())
            else:
                count = writer.amend(number, row.path, feed.replaces, feed.records())
            if before and not feed.accept_loss and is_loss(before.records, count):
                raise _HeldBackError(f"{count} records, before it were {before.records}")
            doubt = doubt_of(connection, number, row.path if before else None, judge) if judge else ""
            if doubt and before and not feed.accept_loss:
                raise _HeldBackError(doubt)
            final[number] = replace(row, records=count, detail="; ".join(filter(None, (row.detail, doubt))))
        except (ValueError, OSError, _HeldBackError) as error:
            is_held = isinstance(error, _HeldBackError)
            failed[row.path] = Failure("held_back" if is_held else "damaged", str(error) or type(error).__name__)
            writer.remove(number)
            if before:
                writer.copy({number: row.path})
                final[number] = before
    for number, row in sorted(final.items()):
        values = tuple(getattr(row, name) for name in FeedRow.__struct_fields__)
        connection.execute(f"INSERT INTO feed VALUES (?{', ?' * len(values)})", (number, *values))  # noqa: S608
    connection.execute("INSERT INTO meta VALUES ('built', ?)", (built,))
    connection.execute("COMMIT")
    if old:
        connection.execute("DETACH old")
    return Built({row.path: row.records for row in final.values()}, failed), dict(writer.rows)


class _Writer:
    """Rows on their way into the tables, in batches; ``rows`` counts those that are there, by table."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self.rows: Counter[str] = Counter()
        self._connection = connection
        self._words: dict[str, int] = {text: id for id, text in connection.execute("SELECT id, text FROM word")}
        self._batches: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._insert = {
            table: f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES (?{', ?' * (len(names) - 1)})"  # noqa: S608
            for table, names in _COLUMNS.items()
        }

    def read(self, feed: int, records: Iterable[Record], bundles: int = 0) -> int:
        """How many records of use there were; ``bundles``: how many the feed has already."""
        statements = known = part = 0
        last: tuple[Any, ...] = ()
        last_aliases: tuple[str, ...] = ()
        names: dict[str, set[str]] = defaultdict(set)
        counts: Counter[str] = Counter()
        unfixed: set[str] = set()
        said: dict[str, NamespaceInfo] = {}
        for record in records:
            statements += 1
            match record:
                case Advisory():
                    namespace = record.namespace
                    name = key_name(namespace, record.package)
                    key = (self.word(namespace), name, feed, record.id)
                    part = part + 1 if key == last else 0
                    last = key
                    bundle = 0
                    if len(record.aliases) >= BUNDLE_FROM:
                        if record.aliases != last_aliases:
                            bundles += 1
                            last_aliases = record.aliases
                            self._add("bundle", (feed, bundles, pack_words(last_aliases)))
                        bundle = bundles
                    self._add("advisory", (*key, part, pack_advisory(record, name, self.word, bundle)))
                    names[namespace].add(name)
                    counts[namespace] += 1
                    if record.status in _UNFIXED:
                        unfixed.add(namespace)
                case VulnerabilityRecord():
                    statements -= 1
                    known += 1
                    self._add("record", (record.id, feed, pack_record(record, self.word)))
                    for alias in answers_for_aliases(record):
                        self._add("alias", (alias, feed, record.id))
                case Malicious():
                    name = key_name(record.namespace, record.package)
                    versions = pack_words(record.versions) if record.versions else None
                    self._add("malicious", (self.word(record.namespace), name, feed, record.id, versions))
                case Epss():
                    self._add("epss", (record.id, feed, record.score, record.percentile))
                case Exploited():
                    self._add("exploited", (record.id, feed, record.added, int(record.ransomware)))
                case Repository():
                    self._add("repository", (record.name, feed, pack_words(record.namespaces)))
                case LimitedSupport():
                    self._add("support", (limited_key(record.namespace, record.package), feed, pack_limited(record)))
                case Support():
                    self._add("support", (record.namespace, feed, record.end_of_life))
                case NamespaceInfo():
                    statements -= 1
                    said[record.namespace] = record
        for namespace, count in counts.items():
            info = said.get(namespace)
            partial, detail = (info.partial, info.detail) if info else (False, "")
            open_too = namespace in unfixed or bool(info and info.unfixed)
            row = (self.word(namespace), feed, count, len(names[namespace]), int(partial), int(open_too), detail)
            self._add("namespace", row)
        self._flush_all()
        return statements or known

    def amend(self, feed: int, path: str, ids: frozenset[str], records: Iterable[Record]) -> int:
        """The rows of the attached previous file, with these records in the place of those with their ids."""
        self.copy({feed: path})
        connection = self._connection
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS gone (id TEXT PRIMARY KEY)")
        connection.execute("DELETE FROM temp.gone")
        connection.executemany("INSERT INTO temp.gone VALUES (?)", [(id,) for id in sorted(ids)])
        for table in ("advisory", "malicious", "record", "alias"):
            self._counted(table, f"DELETE FROM {table} WHERE feed = ? AND id IN (SELECT id FROM temp.gone)", (feed,))  # noqa: S608
        had = connection.execute("SELECT namespace, partial, detail FROM namespace WHERE feed = ?", (feed,)).fetchall()
        self._counted("namespace", "DELETE FROM namespace WHERE feed = ?", (feed,))
        (bundles,) = connection.execute("SELECT ifnull(max(id), 0) FROM bundle WHERE feed = ?", (feed,)).fetchone()
        self.read(feed, records, bundles)
        open_too = {
            namespace
            for (namespace,) in connection.execute("SELECT namespace FROM namespace WHERE feed = ? AND unfixed", (feed,))
        }
        self._counted("namespace", "DELETE FROM namespace WHERE feed = ?", (feed,))
        told = {namespace: (partial, detail) for namespace, partial, detail in had}
        rows = connection.execute(
            "SELECT namespace, count(*), count(DISTINCT name) FROM advisory WHERE feed = ? GROUP BY namespace", (feed,)
        ).fetchall()
        total = 0
        for namespace, count, names in rows:
            partial, detail = told.get(namespace, (0, ""))
            total += count
            unfixed = namespace in open_too or self._has_unfixed(namespace, feed)
            self._add("namespace", (namespace, feed, count, names, partial, int(unfixed), detail))
        self._flush_all()
        (malicious,) = connection.execute("SELECT count(*) FROM malicious WHERE feed = ?", (feed,)).fetchone()
        (known,) = connection.execute("SELECT count(*) FROM record WHERE feed = ?", (feed,)).fetchone()
        return int(total + malicious or known)

    def _has_unfixed(self, namespace: int, feed: int) -> bool:
        bodies = self._connection.execute("SELECT body FROM advisory WHERE namespace = ? AND feed = ?", (namespace, feed))
        return any(status_of(body) in _UNFIXED for (body,) in bodies)

    def _counted(self, table: str, sql: str, values: tuple[Any, ...]) -> None:
        before = self._connection.total_changes
        self._connection.execute(sql, values)
        self.rows[table] -= self._connection.total_changes - before

    def copy(self, path_by_number: dict[int, str]) -> None:
        """Takes the rows of these feeds from the attached previous file."""
        if not path_by_number:
            return
        connection = self._connection
        connection.execute("DELETE FROM temp.kept")
        for number, path in path_by_number.items():
            connection.execute("INSERT INTO temp.kept SELECT id, ? FROM old.feed WHERE path = ?", (number, path))
        for table, names in _COLUMNS.items():
            columns = ", ".join("kept.new" if name == "feed" else f"t.{name}" for name in names)
            before = connection.total_changes
            connection.execute(
                f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) "  # noqa: S608
                f"SELECT {columns} FROM old.{table} AS t JOIN temp.kept AS kept ON kept.old = t.feed"
            )
            self.rows[table] += connection.total_changes - before

    def remove(self, feed: int) -> None:
        """Drops what was read of a feed that turned out to be damaged."""
        self._batches.clear()
        for table in _COLUMNS:
            self._counted(table, f"DELETE FROM {table} WHERE feed = ?", (feed,))  # noqa: S608

    def word(self, text: str) -> int:
        id = self._words.get(text)
        if id is None:
            cursor = self._connection.execute("INSERT INTO word (text) VALUES (?)", (text,))
            assert cursor.lastrowid
            id = self._words[text] = cursor.lastrowid
        return id

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        batch = self._batches[table]
        batch.append(row)
        if len(batch) >= BATCH_ROWS:
            self._flush(table)

    def _flush_all(self) -> None:
        for table in tuple(self._batches):
            self._flush(table)

    def _flush(self, table: str) -> None:
        batch = self._batches[table]
        batch.sort(key=_row_key)  # neighbours go to the same page
        before = self._connection.total_changes
        self._connection.executemany(self._insert[table], batch)
        self.rows[table] += self._connection.total_changes - before
        batch.clear()


def _row_key(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[:2]


def _verify(path: Path, rows: dict[str, int]) -> None:
    import sqlite3

    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        trouble = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if trouble != "ok":
            raise DatabaseError(f"{path}: the new database is damaged ({trouble})", "Is the disk all right?")
        for table, expected in rows.items():
            (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            if found != expected:
                raise DatabaseError(f"{path}: {found} rows in {table} where {expected} were written", "Is the disk all right?")


def put_in_place(aside: Path, path: Path) -> None:
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    aside.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Feeds make millions of objects and no cycles: looking for them costs more than all the parsing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

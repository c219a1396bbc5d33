"""Builds the database file aside, from feeds that are read anew and rows of the previous file, then puts it in place.

It is not visible before it is complete and verified. An interrupted build leaves the previous file unchanged, and the
next build removes its leftovers (``*.building``). Records are streamed; memory contains a batch of rows, SQLite's page
cache and the names of packages.
Raises: DatabaseError if the result does not verify.
"""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import DatabaseError
from careen.plugins import Record

from .buckets import sealed_head
from .file_state import APPLICATION_ID, connect_read_only, damaged, is_intact, rows_of
from .guard import FeedStatements, IsAffected, doubt_of
from .head import FeedRow, Head, Held, Section, head_of
from .integrity import replaced
from .packing import Writer, records_of_use
from .rows import SCHEMA
from .shelf import Shelf
from .space import full, is_full, needed_beside
from .unread_records import UnreadRecords, has_statement

if TYPE_CHECKING:
    import sqlite3

CACHE_KIB = {"main": 4 * 1024, "stage": 48 * 1024}  # the first is written in order, the second is sorted
# A feed that loses more than this fraction of its records in one update is held back.
LOSS = 0.2
LOSS_FROM_RECORDS = 50
MAX_DETAIL = 1000  # of the remarks about a feed, to which each change may add one


class Fresh(Struct, frozen=True):
    """A feed to read anew. ``records`` raises ValueError if the file is not what it should be. With ``replaces``, only
    the records with these ids change; the others stay as in the previous file.
    """

    row: FeedRow
    records: Callable[[], Iterable[Record]]
    accept_loss: bool = False
    replaces: frozenset[str] | None = None
    held: str = ""  # why it is not used if the database has another edition


class Prepacked(Struct, frozen=True):
    """A feed that is already packed in the form of this file. ``rows`` returns the verified blobs of a section, in
    order.
    """

    row: FeedRow
    held: Held
    rows: Callable[[Section, bytes], Iterable[bytes]]
    accept_loss: bool = False


class Kept(Struct, frozen=True):
    """A feed whose rows are copied from the previous file."""

    row: FeedRow


class Failure(Struct, frozen=True):
    trouble: Literal["damaged", "held_back"]
    detail: str


class Built(Struct, frozen=True):
    records: dict[str, int]  # by path of the feed
    failed: dict[str, Failure]  # by path of the feed: why its new edition was not used
    passed_over: dict[str, str]  # by path of the feed: how many of its records could not be read, and why


class _HeldBackError(Exception):
    pass


def build(
    path: Path,
    feeds: Sequence[Fresh | Prepacked | Kept],
    built: str,
    previous: Path | None = None,
    is_affected: IsAffected | None = None,
) -> Built:
    """Writes ``path`` anew. A feed that fails keeps its rows from ``previous``.

    With ``is_affected``, each feed is compared with its earlier edition and with known results, and is held back if it
    contradicts them.
    """
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob("*.building*"):
        leftover.unlink(missing_ok=True)
    aside = path.parent / f"{path.name}.{os.getpid()}.building"
    staging = aside.with_name(f"{aside.name}.staging")
    try:
        with _without_gc(), closing(_create(aside, staging)) as connection:
            result, rows = _fill(connection, feeds, built, previous, is_affected)
        _verify(aside, rows)
        put_in_place(aside, path)
    except (sqlite3.Error, OSError) as error:
        if is_full(error):
            raise full(path, needed_beside(path)) from error
        raise DatabaseError(f"{path}: the database could not be built ({error})", "Check the disk.") from error
    finally:
        for leftover in (aside, staging):
            leftover.unlink(missing_ok=True)
    return result


def require_all(built: Built, path: Path) -> None:
    """Raises DatabaseError unless all feeds were copied."""
    if built.failed:
        names = ", ".join(sorted(built.failed)[:3])
        raise DatabaseError(f"{path}: the advisory database is damaged ({names})", "careen db update repairs it")


def is_loss(before: int, now: int) -> bool:
    return before >= LOSS_FROM_RECORDS and now < before * (1 - LOSS)


def _create(path: Path, staging: Path) -> "sqlite3.Connection":
    import sqlite3

    connection = sqlite3.connect(path, isolation_level=None, cached_statements=64)
    connection.execute("ATTACH ? AS stage", (str(staging),))
    for schema, size in CACHE_KIB.items():
        # A crash can only damage these files, which are not in use yet.
        connection.execute(f"PRAGMA {schema}.journal_mode = OFF")
        connection.execute(f"PRAGMA {schema}.synchronous = OFF")
        connection.execute(f"PRAGMA {schema}.cache_size = -{size}")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.executescript(Path(__file__).with_name("schema.sql").read_text("utf-8"))
    connection.execute(
        "CREATE TABLE stage.row (kind INTEGER, space INTEGER, key TEXT, id TEXT, part INTEGER, body BLOB, "
        "PRIMARY KEY (kind, space, key, id, part)) WITHOUT ROWID"
    )
    return connection


def _fill(
    connection: "sqlite3.Connection",
    feeds: Sequence[Fresh | Prepacked | Kept],
    built: str,
    previous: Path | None,
    is_affected: IsAffected | None,
) -> tuple[Built, int]:
    """Writes all feeds into the new file. Returns their results and the number of rows written."""
    if previous is None or not rows_of(previous):
        return _fill_from(connection, feeds, built, Shelf(connection), None, is_affected)
    # A separate connection: after a damaged page, SQLite reports what the same connection writes as damaged too.
    with closing(connect_read_only(previous)) as reading:
        shelf = Shelf(reading)
        return _fill_from(connection, feeds, built, shelf, shelf.head(), is_affected)


def _fill_from(
    connection: "sqlite3.Connection",
    feeds: Sequence[Fresh | Prepacked | Kept],
    built: str,
    shelf: Shelf,
    head: Head | None,
    is_affected: IsAffected | None,
) -> tuple[Built, int]:
    """Like ``_fill``. ``shelf`` and ``head`` are those of the previous file; without one, ``head`` is None."""
    import sqlite3

    old = {held.row.path: held for held in head.held()} if head else {}
    connection.execute("BEGIN")
    writer = Writer(connection)
    failed: dict[str, Failure] = {}
    passed_over: dict[str, str] = {}
    final: list[Held] = []

    def keep(held: Held, row: FeedRow) -> None:
        rows = writer.rows
        try:
            final.append(replace(writer.copy(held, shelf.rows), row=row))
        except (ValueError, sqlite3.Error) as error:
            if is_full(error):  # the disk of the new file is full; the previous database is not damaged
                raise
            writer.undo(rows)
            failed[row.path] = Failure("damaged", f"the records of this feed in the previous database are damaged ({error})")

    for feed in feeds:
        row, before = feed.row, old.get(feed.row.path)
        if isinstance(feed, Kept):
            if before:
                keep(before, replace(row, records=before.row.records))
            continue
        if before and not is_intact(shelf, before):
            before = None
        rows, unread = writer.rows, UnreadRecords(row.unread)
        try:
            held, count = _written(writer, shelf, feed, before, unread, Shelf(connection))
            if before and not feed.accept_loss and is_loss(before.row.records, count):
                raise _HeldBackError(f"only {count} records, the previous version had {before.row.records}")
            now = FeedStatements(Shelf(connection), held)
            then = FeedStatements(shelf, before) if before else None
            doubt = doubt_of(now, then, is_affected) if is_affected else ""
            if doubt and before and not feed.accept_loss:
                raise _HeldBackError(doubt)
            detail = "; ".join(dict.fromkeys(filter(None, (row.detail, unread.summary, doubt))))
            left = unread.remembered(before.row.unread if before else (), feed.replaces if isinstance(feed, Fresh) else None)
            final.append(replace(held, row=replace(row, records=count, detail=detail[:MAX_DETAIL], unread=left)))
            if unread.summary:
                passed_over[row.path] = unread.summary
        except (ValueError, OSError, _HeldBackError) as error:
            failed[row.path] = _failure(error)
            writer.undo(rows)
            if before:
                keep(before, before.row)
    connection.execute("INSERT INTO head VALUES (1, ?)", (sealed_head(head_of(built, final)),))
    connection.execute("COMMIT")
    return Built({held.row.path: held.row.records for held in final}, failed, passed_over), writer.rows


def _failure(error: Exception) -> Failure:
    """Why a feed's new edition is not used. Raises the error of a full disk, which has nothing to do with the feed."""
    if is_full(error):
        raise error
    return Failure("held_back" if isinstance(error, _HeldBackError) else "damaged", str(error) or type(error).__name__)


def _written(
    writer: Writer, shelf: Shelf, feed: Fresh | Prepacked, before: Held | None, unread: UnreadRecords, written: Shelf
) -> tuple[Held, int]:
    """Writes the new edition of a feed. Returns it, and its number of useful records. ``written`` reads the new file."""
    earlier = unread.earlier_statements(shelf, before)
    if isinstance(feed, Prepacked):
        rows = writer.rows
        held = writer.copy(feed.held, feed.rows)
        if missing := [statement for statement in earlier if not has_statement(written, held, statement)]:
            return writer.amend(written, held, frozenset(), (), missing, undo=rows)
        return held, records_of_use(held.sections)
    if before and feed.held and not feed.accept_loss:
        raise _HeldBackError(feed.held)
    records = unread.readable(feed.records())
    if feed.replaces is None:
        return writer.read(feed.row, records, earlier)
    return writer.amend(shelf, before or Held(feed.row, (), ()), feed.replaces, records, earlier)


def _verify(path: Path, rows: int) -> None:
    """Checks that all rows can be read back as they were written."""
    import sqlite3

    try:
        broken = damaged(path)
        with closing(connect_read_only(path)) as connection:
            (found,) = connection.execute("SELECT count(*) FROM bucket").fetchone()
    except (sqlite3.Error, ValueError) as error:
        raise DatabaseError(f"{path}: the new database is damaged ({error})", "Check the disk.") from None
    if broken:
        feeds = ", ".join(sorted(broken)[:3])
        raise DatabaseError(f"{path}: the new database is damaged, in the feeds {feeds}", "Check the disk.")
    if found != rows:
        raise DatabaseError(f"{path}: it has {found} rows, and {rows} were written", "Check the disk.")


def put_in_place(aside: Path, path: Path) -> None:
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    replaced(aside, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Switches Python's garbage collector off for the block. Feeds create millions of objects and no cycles; searching
    for cycles would cost more than parsing.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

"""Opens the database of a fleet: a SQLite file, or PostgreSQL.

Raises: UsageError for any other kind of address, DatabaseError if the database cannot be opened.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, SQLAlchemyError

from careen.database.space import is_full
from careen.errors import DatabaseError, UsageError
from careen.store.write_ahead import use_write_ahead_log

PATIENCE_S = 10.0  # how long a writer waits for SQLite's write lock
IDLE_S = 0.1  # a connection to PostgreSQL that was unused for so long is tested first
LOG_PAGES = 16_000  # of SQLite's write-ahead log, 64 MB: an update changes the same pages of indexes in many transactions
DISK_FULL, BUSY = "53100", ("40001", "40P01", "55P03")  # SQLSTATEs of PostgreSQL
CACHE_KIB = 32 * 1024  # per connection to SQLite: with less, each batch of an update reads and writes the same pages again


def connect(address: str, connections: int = 8) -> Engine:
    """Opens the database. ``address`` is ``sqlite:///PATH`` or ``postgresql://USER@HOST/NAME``. ``connections`` is the
    size of the pool.
    """
    url = _parsed(address)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=connections, hide_parameters=True, connect_args={"timeout": PATIENCE_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_size=connections, hide_parameters=True, isolation_level="AUTOCOMMIT")
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _test_if_idle)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write. SQLite takes the write lock at its start, because a transaction that reads first
    may fail to get the lock later. PostgreSQL has no transaction around reads alone: it would add two round trips.
    """
    with engine.connect() as connection:
        options = {"careen_writes": True} if is_sqlite(connection) else {"isolation_level": "READ COMMITTED"}
        connection.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing_once(engine: Engine) -> Iterator[Connection]:
    """For a single statement that writes: PostgreSQL takes it as a transaction of its own, without two more round trips."""
    with writing(engine) if is_sqlite(engine) else engine.connect() as connection:
        yield connection


def check(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        raise DatabaseError(
            f"the database {engine.url!r} does not answer: {error}", "check that it runs, and check the address"
        ) from None


def trouble_of(error: DBAPIError) -> str:
    """Why the database executes no statement now, as users may read it. **Source:** sqlite.org/rescode.html; PostgreSQL's
    documentation, appendix A.
    """
    reason: Any = error.orig
    state = getattr(reason, "sqlstate", None) or ""
    if is_full(reason) or state == DISK_FULL:
        return "the database of the server cannot be used: its disk is full"
    if getattr(reason, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY or state in BUSY:
        return "the database of the server cannot be used: others write to it for too long"
    return "the database of the server does not answer"


def in_log(error: Exception) -> str:
    """The error on one line, without the link that SQLAlchemy adds."""
    reason = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"{type(error).__name__}: {' '.join(str(reason).split())}"


def is_sqlite(connection: Connection | Engine) -> bool:
    return connection.dialect.name == "sqlite"


def sqlite_address(folder: Path) -> str:
    return str(URL.create("sqlite", database=str(folder / "fleet.sqlite")))


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise UsageError(
            f"{address!r} is not the address of a database", "sqlite:///PATH or postgresql://USER@HOST/NAME"
        ) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        raise UsageError(f"{url.get_backend_name()} is not supported", "sqlite:///PATH or postgresql://USER@HOST/NAME")
    return url


def _prepare_postgresql(connection: Any, _: object) -> None:
    """No statement runs long enough to be worth compiling, which takes 0.1 to 0.5 s. PostgreSQL decides by its guess of the
    effort, and guesses too high where it stops after the first rows, as lists do.
    """
    connection.execute("SET jit = off")


def _note_use(_: object, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _test_if_idle(connection: Any, record: Any, _: object) -> None:
    """PostgreSQL may have been restarted since a connection was used: then the pool opens new ones."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) > IDLE_S:
        try:
            connection.execute("SELECT 1")
        except connection.OperationalError:
            raise InvalidatePoolError from None


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # our code begins each transaction itself
    use_write_ahead_log(connection, PATIENCE_S)
    settings = ("synchronous = NORMAL", "foreign_keys = ON", f"cache_size = -{CACHE_KIB}", f"wal_autocheckpoint = {LOG_PAGES}")
    for pragma in settings:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("careen_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def prepare(engine: Engine) -> None:
    """Creates or migrates the tables. On PostgreSQL a lock admits one process at a time."""
    from .migrations import upgrade

    with writing(engine) as connection:
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(7236511)"))
        upgrade(connection)

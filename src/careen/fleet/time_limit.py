"""Stops statements that take too long.

On PostgreSQL the time that passes counts, divided by the number of readers of this process, which share the processors. SQLite
works in the calling thread: there the time of this thread's processor counts, and a part of the time that passes, because the
thread also waits for the disk. So other load stops few statements.
Raises: TooSlow when the time has passed. The connection stays usable.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from .connection import is_sqlite

WAITING = 0.1  # the part
STEPS = 20_000  # of SQLite's virtual machine between two looks at the clock: up to 1 ms
LESS = 0.7
CANCELED = "57014"  # PostgreSQL's code for a statement that was stopped


_readers: list[object] = []  # the blocks that are read on PostgreSQL now


class TooSlow(Exception):  # noqa: N818 (callers go on in another way)
    """The time has passed, and a statement was stopped or not begun."""


def clock_of(connection: Connection) -> Callable[[], float]:
    return _working if is_sqlite(connection) else time.monotonic


def _working() -> float:
    return time.thread_time() + WAITING * time.monotonic()


@contextmanager
def within(connection: Connection, seconds: float) -> Iterator[None]:
    """All statements of the block together take at most about so many seconds. The block only reads."""
    reader = object()
    if not is_sqlite(connection):
        _readers.append(reader)
        seconds *= len(_readers)
    clock = clock_of(connection)
    end = clock() + seconds
    limit = 2 * seconds + 1  # of a statement on PostgreSQL

    def begin(_: Connection, cursor: Any, *__: object) -> None:
        nonlocal limit
        left = end - clock()
        if left <= 0:
            raise TooSlow
        if not is_sqlite(connection) and left < LESS * limit:  # most blocks set it once
            limit = left
            cursor.execute(f"SET statement_timeout = {max(1, round(1000 * left))}")

    event.listen(connection, "before_cursor_execute", begin)
    driver: Any = connection.connection.driver_connection
    if is_sqlite(connection):
        driver.set_progress_handler(lambda: clock() > end, STEPS)
    try:
        yield
    except OperationalError as error:
        if _was_stopped(error.orig):
            raise TooSlow from None
        raise
    finally:
        event.remove(connection, "before_cursor_execute", begin)
        if is_sqlite(connection):
            driver.set_progress_handler(None, 0)
        else:
            _readers.remove(reader)
            connection.exec_driver_sql("RESET statement_timeout")


def _was_stopped(error: object) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
    return getattr(error, "sqlstate", None) == CANCELED

"""Switches a SQLite file to write-ahead logging while other processes open it.

SQLite does not wait for them here, whatever the timeout of the connection: it refuses the switch at once, since a
connection that holds a read lock and waits for the write lock may wait for another one that does the same.
"""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

WAIT_S = 0.01


def use_write_ahead_log(connection: "sqlite3.Connection", patience_s: float) -> None:
    """Raises: sqlite3.OperationalError if the file is still locked after ``patience_s``, or cannot be written."""
    import sqlite3

    end = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
        time.sleep(WAIT_S)

"""Lists and removes the entries of a store's file (``store.sqlite``) while other processes use it.

Raises: sqlite3.Error if it is not such a file, or another process writes to it all the time.
"""

from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from msgspec import Struct

PATIENCE_S = 5.0


class Entry(Struct, frozen=True, gc=False):
    row: int
    size: int
    used: float


def entries_of(path: Path) -> list[Entry]:
    import sqlite3

    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE_S)) as connection:
        found = connection.execute("SELECT rowid, size, used FROM entry")
        return [Entry(int(row), int(size), float(used)) for row, size, used in found]


def remove_entries(path: Path, going: Collection[Entry]) -> int:
    """Removes the entries that were not used since they were listed; returns how many. The file shrinks if no process
    reads it.
    """
    import sqlite3

    rows = [(entry.row, int(entry.used)) for entry in going]
    with closing(sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        before = connection.total_changes
        connection.executemany("DELETE FROM entry WHERE rowid = ? AND used = ?", rows)
        gone = connection.total_changes - before
        connection.execute("COMMIT")
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:  # the file is in use: its free space will be reused
            pass
        return gone

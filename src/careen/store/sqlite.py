"""A store in one SQLite file below the cache folder, bounded in size, safe for many processes at once.

What was used longest ago goes first. Trouble with the file (locked, full, damaged) costs time, never a scan: a look-up
that fails is a miss, a write that fails is forgotten.
"""

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

log = logging.getLogger(__name__)

COMPRESS_FROM_BYTES = 4096
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry(key TEXT PRIMARY KEY, used INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL)"
)


class SqliteStore:
    def __init__(self, path: Path, max_bytes: int = 1 << 30) -> None:
        self._path, self._max_bytes = path, max_bytes
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()  # one connection for all threads: a look-up takes less than a layer's first block
        self._broken = False

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def get(self, key: str) -> bytes | None:
        import sqlite3

        try:
            with self._lock:
                connection = self._connect()
                row = (
                    connection.execute("SELECT used, data FROM entry WHERE key = ?", (key,)).fetchone() if connection else None
                )
                if connection is None or row is None:
                    return None
                if time.time() - row[0] > 3600:  # an hour's precision is enough, and most reads write nothing
                    connection.execute("UPDATE entry SET used = ? WHERE key = ?", (int(time.time()), key))
            data = bytes(row[1])
            return _inflated(data[1:]) if data[:1] == b"z" else data[1:]
        except (sqlite3.Error, ValueError) as error:
            self._trouble(error)
            return None

    def put(self, key: str, data: bytes) -> None:
        import sqlite3

        kept = b"z" + _deflated(data) if len(data) >= COMPRESS_FROM_BYTES else b"-" + data
        if len(kept) > self._max_bytes // 4:
            return
        try:
            with self._lock:
                connection = self._connect()
                if connection:
                    row = (key, int(time.time()), len(kept), kept)
                    connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", row)
                    self._evict(connection)
        except sqlite3.Error as error:
            self._trouble(error)

    def _evict(self, connection: "sqlite3.Connection") -> None:
        (total,) = connection.execute("SELECT coalesce(sum(size), 0) FROM entry").fetchone()
        going = []
        for key, size in connection.execute("SELECT key, size FROM entry ORDER BY used"):
            if total <= self._max_bytes:
                break
            going.append((key,))
            total -= size
        if going:
            connection.executemany("DELETE FROM entry WHERE key = ?", going)

    def _connect(self) -> "sqlite3.Connection | None":
        import sqlite3

        if self._broken:
            return None
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, timeout=5, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(SCHEMA)
        return self._connection

    def _trouble(self, error: Exception) -> None:
        import sqlite3

        self._broken = True
        self.close()
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self._path.unlink(missing_ok=True)  # damaged: the next run starts a new one
        log.warning("the cache %s is not usable (%s): layers are read anew", self._path, error)


def _deflated(data: bytes) -> bytes:
    """As zlib has it, whoever made it."""
    try:
        from isal import igzip_lib

        return igzip_lib.compress(data, 1, igzip_lib.COMP_ZLIB)
    except ImportError:  # no wheel for this machine: the standard library takes five times as long
        import zlib

        return zlib.compress(data, 1)


def _inflated(data: bytes) -> bytes:
    """Raises ValueError where that is damaged."""
    try:
        from isal import igzip_lib
    except ImportError:
        import zlib

        try:
            return zlib.decompress(data)
        except zlib.error as error:
            raise ValueError(str(error)) from error
    try:
        return igzip_lib.decompress(data, igzip_lib.DECOMP_ZLIB)
    except igzip_lib.error as error:  # type: ignore[misc]  # its stub calls it an object
        raise ValueError(str(error)) from error

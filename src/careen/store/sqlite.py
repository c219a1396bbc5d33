"""A store in one SQLite file in the cache folder, with a maximum size, for many processes at once.

The least recently used rows are removed first. Problems with the file (locked, full, damaged) cost time, but never fail
a scan: a failed look-up is a miss, a failed write is ignored. Each row has a checksum over its key and content. A
damaged row is removed, so that it is read and stored again, as is a file that SQLite cannot open. Both cause one
warning.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from careen.log import logger
from careen.safety.deflate import deflated, inflated
from careen.safety.sealed import sealed, unsealed
from careen.store.write_ahead import use_write_ahead_log

if TYPE_CHECKING:
    import sqlite3

log = logger(__name__)

COMPRESS_FROM_BYTES = 4096
PATIENCE_S = 5.0  # how long a look-up waits for other processes
USED_PRECISION_S = 3600  # precise enough, so that most reads write nothing
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry(key TEXT PRIMARY KEY, used INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL)"
)


class SqliteStore:
    def __init__(self, path: Path, max_bytes: int = 1 << 30) -> None:
        self._path, self._max_bytes = path, max_bytes
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()  # one connection for all threads: a look-up is faster than reading a layer's first block
        self._broken = self._warned = False

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
                if connection is None:
                    return None
                row = connection.execute("SELECT used, data FROM entry WHERE key = ?", (key,)).fetchone()
                if row is None:
                    return None
                data = self._checked(connection, key, *row)
            if data is None:
                return None
            return inflated(data[1:]) if data[:1] == b"z" else data[1:]
        except (sqlite3.Error, ValueError) as error:
            self._trouble(error)
            return None

    def put(self, key: str, data: bytes) -> None:
        import sqlite3

        kept = sealed(key, b"z" + deflated(data) if len(data) >= COMPRESS_FROM_BYTES else b"-" + data)
        if len(kept) > self._max_bytes // 4:
            return
        try:
            with self._lock:
                connection = self._connect()
                if connection:
                    row = (key, int(time.time()), len(kept), kept)
                    connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", row)
                    self._evict(connection)
        except (sqlite3.Error, ValueError) as error:
            self._trouble(error)

    def _checked(self, connection: "sqlite3.Connection", key: str, used: object, kept: object) -> bytes | None:
        """The content of a row. A row that does not match its checksum is removed; the result is None."""
        try:
            data = unsealed(key, kept if isinstance(kept, bytes) else b"")
        except ValueError as error:
            connection.execute("DELETE FROM entry WHERE key = ?", (key,))
            self._warn("an entry of the cache %s is damaged (%s): it is read anew", error)
            return None
        if not isinstance(used, int) or not 0 <= time.time() - used <= USED_PRECISION_S:
            connection.execute("UPDATE entry SET used = ? WHERE key = ?", (int(time.time()), key))
        return data

    def _evict(self, connection: "sqlite3.Connection") -> None:
        (total,) = connection.execute("SELECT coalesce(sum(length(data)), 0) FROM entry").fetchone()
        going = []
        if total > self._max_bytes:
            for row, size in connection.execute("SELECT rowid, coalesce(length(data), 0) FROM entry ORDER BY used"):
                if total <= self._max_bytes:
                    break
                going.append((row,))
                total -= size
        if going:
            connection.executemany("DELETE FROM entry WHERE rowid = ?", going)

    def _connect(self) -> "sqlite3.Connection | None":
        import sqlite3

        if self._broken:
            return None
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
            use_write_ahead_log(self._connection, PATIENCE_S)
            # No wait for the disk: what a crash of the system leaves damaged, the checksums show, and it is read anew.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(SCHEMA)
        return self._connection

    def _trouble(self, error: Exception) -> None:
        self._broken = True
        self.close()
        if self._is_damage(error):  # the next run starts a new file
            for ending in ("-wal", "-shm", ""):  # a log without its file would be replayed into the next one
                with suppress(OSError):
                    self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        self._warn("the cache %s is not usable (%s): layers are read anew", error)

    def _is_damage(self, error: Exception) -> bool:
        """Whether the file itself is damaged, as opposed to locked by others, on a full disk, or without permission."""
        import sqlite3

        if isinstance(error, sqlite3.ProgrammingError):
            return False
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY:  # a wrong version number in the file can cause it too
            return os.access(self._path, os.W_OK)
        return code not in (
            sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOMEM,
        )  # fmt: skip

    def _warn(self, message: str, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            log.warning(message, self._path, error)

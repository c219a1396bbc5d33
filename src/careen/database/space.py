"""A full disk during an update of the database: the database stays unchanged, and the error states the folder and the
required space.

**Source:** errno(3); sqlite.org/rescode.html.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from careen.errors import DatabaseError

_FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))
LEAST_BYTES = 50_000_000  # enough to build a database of one distribution
HINT = "free some space, or name another folder: CAREEN_CACHE_DIR"


class FullError(DatabaseError):
    """No space is left on the disk."""


def is_full(error: Exception) -> bool:
    """Whether a write failed because the disk is full."""
    import sqlite3

    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
    return isinstance(error, OSError) and error.errno in _FULL


def full(path: Path, needed: int) -> FullError:
    """The error for a full disk at ``path``. ``needed``: about how many more bytes are needed."""
    return FullError(f"{path}: the disk is full, about {max(1, round(needed / 1e6)):,} MB more are needed", HINT)


def needed_beside(database: Path) -> int:
    """The bytes needed to build a new database: those of the new file, and as many for sorting."""
    return max(LEAST_BYTES, 2 * database.stat().st_size if database.exists() else 0)


@contextmanager
def full_as_error(path: Path, needed: Callable[[], int]) -> Iterator[None]:
    """Turns the OSError of a full disk into FullError, with ``path`` if the error names no file."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise full(Path(error.filename) if isinstance(error.filename, str) else path, needed()) from error

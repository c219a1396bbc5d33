"""A disk that is full while a database is updated: what was there before stays, and one line says where, and what is needed.

**Source:** errno(3); sqlite.org/rescode.html.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from careen.errors import DatabaseError

_FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))
LEAST_BYTES = 50_000_000  # what a database of one distribution takes while it is built
HINT = "free some space, or name another folder: CAREEN_CACHE_DIR"


class FullError(DatabaseError):
    """There is no space left."""


def is_full(error: Exception) -> bool:
    """Whether something could not be written because there is no space for it."""
    import sqlite3

    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
    return isinstance(error, OSError) and error.errno in _FULL


def full(path: Path, needed: int) -> FullError:
    """``needed``: about how many more bytes it takes."""
    return FullError(f"{path}: the disk is full, about {max(1, round(needed / 1e6)):,} MB more are needed", HINT)


def needed_beside(database: Path) -> int:
    """What it takes to build a new file beside the database: itself, and what is sorted aside."""
    return max(LEAST_BYTES, 2 * database.stat().st_size if database.exists() else 0)


@contextmanager
def full_as_error(path: Path, needed: Callable[[], int]) -> Iterator[None]:
    """Raises FullError for the OSError of a full disk; ``path`` where that names no file."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise full(Path(error.filename) if isinstance(error.filename, str) else path, needed()) from error

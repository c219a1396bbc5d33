"""Removes a source from the database, the only way to remove records that their source has not withdrawn.

Raises: DatabaseError, UsageError.
"""

from datetime import UTC, datetime
from pathlib import Path

from careen.config import nearest
from careen.errors import DatabaseError, UsageError

from .build import Kept, build
from .checks import forget_checks
from .database_file import check_readable
from .file_state import is_damaged, rows_of
from .head import FeedRow, label_of
from .knowledge import database_path
from .lock import LOCK_PATIENCE_S, exclusive


def forget(cache: Path, name: str) -> tuple[FeedRow, ...]:
    """Removes a source, a part of one ("osv/npm"), or a feed by its path. Returns the removed feeds."""
    path = database_path(cache)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with exclusive(path.parent / "lock", LOCK_PATIENCE_S) as held:
        if not held:
            raise DatabaseError("another process is updating the advisory database", "wait for it")
        check_readable(path)
        rows = rows_of(path)
        if not rows and is_damaged(path):
            raise DatabaseError(f"{path}: the advisory database is damaged", "careen db update repairs it")
        gone = tuple(row for row in rows.values() if name in (row.source, label_of(row), row.path))
        if not gone:
            names = {name for row in rows.values() for name in (row.source, label_of(row))}
            near = nearest(name, names)
            hint = f"did you mean {near}?" if near else "careen db status --verbose lists its sources"
            raise UsageError(f"the database has no source {name!r}", hint)
        left = [Kept(row) for row in rows.values() if row not in gone]
        if left:
            built = build(path, left, datetime.now(UTC).isoformat(timespec="milliseconds"), path)
            if built.failed:
                lost = ", ".join(sorted(built.failed))
                raise DatabaseError(
                    f"{name} is removed, but these feeds of the database were damaged, and are lost: {lost}",
                    "careen db update fetches it anew",
                )
        else:
            forget_checks(path)
            path.unlink()
    return gone

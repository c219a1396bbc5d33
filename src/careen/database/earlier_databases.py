"""Earlier databases that are stored beside the current one, and the import of a database from elsewhere.

Layout of the folder: ``kept/<time when it was built>.sqlite``, in names for all file systems (``-`` for ``:``).
Raises: DatabaseError, InputError.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from careen.atomic import write_whole
from careen.errors import DatabaseError
from careen.model.advisory import DatabaseInfo

from .build import put_in_place
from .checks import forget_checks
from .head import FeedRow
from .lock import LOCK_PATIENCE_S, exclusive
from .merge import Merged, with_ours
from .read import status

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@contextmanager
def keeping_earlier(path: Path, count: int) -> Iterator[None]:
    """Stores the current database if the block replaces it. At most ``count`` earlier ones stay."""
    before = _built(path) if count else ""
    if not before:
        yield
        return
    held = path.parent / "kept" / f"{before.replace(':', '-')}.sqlite"
    known = held.exists()
    if not known:
        _link(path, held)
    try:
        yield
    finally:
        if not known and _built(path) == before:
            held.unlink()
    for old in _kept(path)[count:]:
        old.unlink(missing_ok=True)


def list_databases(path: Path) -> tuple[DatabaseInfo, ...]:
    """The current database, then the earlier ones, newest first. Files that cannot be read are left out."""
    found = []
    for file in (path, *_kept(path)):
        try:
            found.append(status(file))
        except DatabaseError:
            continue
    return tuple(found)


def find_database(path: Path, wanted: str) -> Path:
    """The path of the wanted database. ``wanted`` is a file; or a day, which means the newest database that was built on or
    before this day.
    """
    file = Path(wanted).expanduser()
    if not _DAY.fullmatch(wanted):
        if not file.is_file():
            raise DatabaseError(
                f"{wanted}: there is no such database", "name a file, or a day: careen db list shows those kept"
            )
        return file
    built = {info.built: info.path for info in list_databases(path)}
    until = [moment for moment in built if moment[:10] <= wanted]
    if not until:
        there = ", ".join(sorted({moment[:10] for moment in built})) or "none"
        raise DatabaseError(
            f"there is no database of {wanted} or before (there is {there})", "careen db update --keep N keeps earlier ones"
        )
    return Path(built[max(until)])


def install(path: Path, write: Callable[[Path], None], count: int = 0, *, replace: bool = False) -> tuple[FeedRow, ...]:
    """Replaces the database by the one that ``write`` writes aside, after verifying it. Returns the feeds of the
    previous database that were taken over, because the new one lacks them; none with ``replace``. Raises DatabaseError
    afterwards if some of these feeds were damaged.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.parent / f"{path.name}.{os.getpid()}.coming"
    with exclusive(path.parent / "lock", LOCK_PATIENCE_S) as held:
        if not held:
            raise DatabaseError("another process is updating the advisory database", "wait for it")
        try:
            _remove(*path.parent.glob("*.coming"), *path.parent.glob("*.coming.sum"))
            write(aside)
            merged = Merged() if replace else with_ours(aside, path)
            with keeping_earlier(path, count):
                put_in_place(aside, path)
            forget_checks(path)
        finally:
            _remove(aside, Path(f"{aside}.sum"))  # a left checksum would make the next file with this name look damaged
    if merged.lost:
        raise DatabaseError(
            f"the new database is in use, but damaged feeds of the previous one are lost: {', '.join(merged.lost)}",
            "careen db update fetches it anew",
        )
    return merged.kept


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _kept(path: Path) -> list[Path]:
    return sorted((path.parent / "kept").glob("*.sqlite"), reverse=True)


def _built(path: Path) -> str:
    try:
        return status(path).built
    except DatabaseError:
        return ""


def _link(path: Path, to: Path) -> None:
    """Gives the file a second name. An update writes a new file and does not change this one."""
    import shutil

    to.parent.mkdir(exist_ok=True, mode=0o700)
    try:
        os.link(path, to)
    except OSError:  # a file system without links
        with path.open("rb") as source:
            write_whole(to, lambda file: shutil.copyfileobj(source, file))

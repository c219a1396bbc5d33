"""The state of a database file, without opening it for look-ups: its feeds, and which of them are damaged."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from .head import FeedRow, Held
from .rows import SCHEMA
from .shelf import Shelf

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x43415245


def rows_of(path: Path) -> dict[str, FeedRow]:
    """The feeds of a database file, by path; empty if there is no file that this version can use."""
    import sqlite3

    try:
        with closing(connect_read_only(path)) as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
                return {}
            return {row.path: row for row in Shelf(connection).head().rows}
    except (sqlite3.Error, ValueError):
        return {}


def names_password(path: Path) -> bool:
    """Whether an earlier version stored the password of a mirror in the file. Building the file anew removes it."""
    with closing(connect_read_only(path)) as connection:
        shelf = Shelf(connection)
        return shelf.head().rows != shelf.head_as_written().rows


def is_damaged(path: Path) -> bool:
    """Whether a file exists that is not a database, or whose head is damaged. A database of another schema version is not
    damaged.
    """
    import sqlite3

    if not path.is_file():
        return False
    try:
        with closing(connect_read_only(path)) as connection:
            (kind,), (version,) = (
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
            )
            if (kind, version) != (APPLICATION_ID, SCHEMA):
                return bool(kind != APPLICATION_ID)
            Shelf(connection).head()
    except (sqlite3.Error, ValueError):
        return True
    return False


def damaged(path: Path) -> frozenset[str]:
    """The paths of the feeds of which a database file has damaged or missing rows. Raises ValueError, sqlite3.Error if its
    head is damaged.
    """
    with closing(connect_read_only(path)) as connection:
        shelf = Shelf(connection)
        head = shelf.head()
        return frozenset(held.row.path for held in head.held() if not is_intact(shelf, held))


def is_intact(shelf: Shelf, held: Held) -> bool:
    import sqlite3

    try:
        for section in held.sections:
            for _ in shelf.rows(section, held.tag(section)):
                pass
    except (sqlite3.Error, ValueError, LookupError):
        return False
    return True


def connect_read_only(path: Path) -> "sqlite3.Connection":
    import sqlite3

    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

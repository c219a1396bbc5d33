"""A database from elsewhere with what the one in use has beyond it, so that to import or pull one loses nothing.

A feed stays as it is here where the other database lacks it, has it of an earlier day, or has lost more of it than an
update would accept. Of a damaged one, feeds that are whole are taken over. Raises: DatabaseError.
"""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .buckets import FeedRow, age_key
from .build import Fresh, Kept, build, damaged, is_damaged, is_loss, names_password, require_all, rows_of
from .checks import read_checks
from .read import open_database, status


class Merged(Struct, frozen=True):
    kept: tuple[FeedRow, ...] = ()
    lost: tuple[str, ...] = ()  # what the one in use had beyond the other, and is damaged


def with_ours(theirs: Path, ours: Path) -> Merged:
    """Adds to the file ``theirs`` what ``ours`` has beyond it."""
    new, old = rows_of(theirs), rows_of(ours)
    if not old and is_damaged(ours):
        return Merged(lost=("all that it had beyond the new one",))
    more = {path: row for path, row in old.items() if path not in new or _is_more(row, new[path])}
    broken = damaged(ours) if more else frozenset()
    kept = {path: row for path, row in more.items() if path not in broken}
    if kept:
        sources = list(dict.fromkeys(row.source for row in (*new.values(), *old.values())))
        paths = sorted(dict.fromkeys((*new, *kept)), key=lambda path: sources.index((kept.get(path) or new[path]).source))
        with open_database(ours, partly=True) as database:
            feeds = [
                Fresh(kept[path], partial(database.records_of_feed, path), accept_loss=True)
                if path in kept
                else Kept(new[path])
                for path in paths
            ]
            require_all(build(theirs, feeds, datetime.now(UTC).isoformat(timespec="milliseconds"), theirs), theirs)
    return Merged(tuple(kept.values()), tuple(sorted(more.keys() & broken)))


def with_checks(database: Path, aside: Path) -> Path:
    """The database to be carried elsewhere: with what its origins have confirmed since it was built, in a file aside if so."""
    rows, checks = rows_of(database), read_checks(database)
    days = {path: check.confirmed for path, check in checks.items() if path in rows and check.confirmed > rows[path].confirmed}
    if not days and not names_password(database):
        return database
    feeds = [Kept(replace(row, confirmed=days.get(path, row.confirmed))) for path, row in rows.items()]
    require_all(build(aside, feeds, status(database).built, database), database)
    return aside


def _is_more(row: FeedRow, other: FeedRow) -> bool:
    return age_key(row) > age_key(other) or is_loss(row.records, other.records)

"""Merges a database from elsewhere with the current one, so that importing or pulling a database loses nothing.

A feed of the current database stays if the other one lacks it, has an older edition, or has lost more of its records
than an update accepts. If the other one could not read some records of a feed, those of the current database are added.
From a damaged database, only the undamaged feeds are taken. Raises: DatabaseError.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from careen.model.advisory import Advisory, Epss, Exploited, Malicious, Support, VulnerabilityRecord
from careen.plugins import Record

from .build import Fresh, Kept, build, is_loss, require_all
from .checks import read_checks
from .file_state import damaged, is_damaged, names_password, rows_of
from .head import FeedRow, age_key
from .knowledge import key_name
from .read import Database, open_database, status
from .unread_records import is_about, places_of


class Merged(Struct, frozen=True):
    kept: tuple[FeedRow, ...] = ()
    lost: tuple[str, ...] = ()  # damaged feeds that only the current database had


def with_ours(theirs: Path, ours: Path) -> Merged:
    """Adds to the file ``theirs`` everything that only ``ours`` has."""
    new, old = rows_of(theirs), rows_of(ours)
    if not old and is_damaged(ours):
        return Merged(lost=("all feeds that only it had",))
    more = {path: row for path, row in old.items() if path not in new or _is_more(row, new[path])}
    unread = {path for path, row in new.items() if row.unread and path in old and path not in more}
    broken = damaged(ours) if more or unread else frozenset()
    kept = {path: row for path, row in more.items() if path not in broken}
    with ExitStack() as opened:
        feeds: dict[str, Fresh] = {}
        if kept or unread - broken:
            mine = opened.enter_context(open_database(ours, partly=True))
            for path, row in kept.items():
                feeds[path] = Fresh(row, partial(mine.records_of_feed, path), accept_loss=True)
            other = opened.enter_context(open_database(theirs))
            for path in unread - broken:
                places = places_of(new[path].unread)
                if known := [record for record in mine.records_of_feed(path) if _is_unread(record, places)]:
                    feeds[path] = Fresh(new[path], partial(_completed, other, path, known), accept_loss=True)
        if feeds:
            sources = list(dict.fromkeys(row.source for row in (*new.values(), *old.values())))
            parts = [feeds.get(path) or Kept(new[path]) for path in dict.fromkeys((*new, *kept))]
            parts.sort(key=lambda part: sources.index(part.row.source))
            require_all(build(theirs, parts, datetime.now(UTC).isoformat(timespec="milliseconds"), theirs), theirs)
    return Merged(tuple(kept.values()), tuple(sorted(more.keys() & broken)))


def with_checks(database: Path, aside: Path) -> Path:
    """The path of the database to export. If origins confirmed feeds since it was built, this is a copy, ``aside``,
    with these dates.
    """
    rows, checks = rows_of(database), read_checks(database)
    days = {path: check.confirmed for path, check in checks.items() if path in rows and check.confirmed > rows[path].confirmed}
    if not days and not names_password(database):
        return database
    feeds = [Kept(replace(row, confirmed=days.get(path, row.confirmed))) for path, row in rows.items()]
    require_all(build(aside, feeds, status(database).built, database), database)
    return aside


def _completed(database: Database, path: str, known: Sequence[Record]) -> Iterator[Record]:
    """The records of a feed of the other database, then our editions of the records that it could not read."""
    missing = {_subject(record) for record in known}
    for record in database.records_of_feed(path):
        missing.discard(_subject(record))
        yield record
    yield from (record for record in known if _subject(record) in missing)


def _is_unread(record: Record, places: Mapping[str, Collection[tuple[str, str]]]) -> bool:
    namespace, package, id = _subject(record)
    return id in places and (not namespace or is_about(places[id], namespace, package))


def _subject(record: Record) -> tuple[str, str, str]:
    """The identity of a record: namespace, key of the package, and id; "" for parts that its kind does not have."""
    match record:
        case Advisory() | Malicious():
            return record.namespace, key_name(record.namespace, record.package), record.id
        case VulnerabilityRecord() | Epss() | Exploited():
            return "", "", record.id
        case Support():
            return "", "", record.namespace
        case _:
            return "", "", ""


def _is_more(row: FeedRow, other: FeedRow) -> bool:
    return age_key(row) > age_key(other) or is_loss(row.records, other.records)

"""Keeps the advisory database of a fleet up to date, and assesses again the packages that an update affects.

The previous database is kept until the fleet is assessed with the new one, so that an interrupted process can resume.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from careen.app.databases import database_of, update_database
from careen.errors import DatabaseError, Error
from careen.log import logger

from . import events, rematch
from .connection import is_sqlite, writing
from .failures import reason_of
from .fleet import Fleet
from .progress import progress_of
from .queue import Job, RetryError
from .rows import insert
from .shared_advisories import BEFORE, SHIPPED, SharedAdvisories, build_of, keep_before
from .tables import state, unit

log = logger(__name__)

ALL = "all sources"
RETRY_S = 600.0  # after an update that could fetch nothing
Seen = tuple[int, int, int]  # a database file, as its folder shows it
FEEDS = "feeds in trouble"  # key of the state: the sources that the last update could not read


def update(fleet: Fleet, job: Job) -> None:
    """Handles jobs of kind ``update``: fetches the feeds and builds the advisory database. If nothing at all could be
    fetched, it stores this failure and raises RetryError. The fleet is then assessed again too, because data become too
    old with time.
    """
    shared = SharedAdvisories(fleet.engine, fleet.store, fleet.settings)
    shared.look(now=True)
    keep_before(fleet.engine, database_of(fleet.settings))
    try:
        result = update_database(fleet.settings)
    except Error as error:
        with writing(fleet.engine) as connection:
            _note(connection, {ALL: str(error)})
            if database_of(fleet.settings).is_file():
                fleet.queue.add(connection, [rematch.job_of(job.owner)])
        raise RetryError(reason_of(fleet.settings, error), RETRY_S) from error
    shared.publish()
    with writing(fleet.engine) as connection:
        _note(connection, {feed.source: feed.detail for feed in result.failed})
        fleet.queue.add(connection, [rematch.job_of(job.owner)])


def notice(fleet: Fleet, seen: Seen | None) -> Seen | None:
    """Looks whether somebody has put another database in place, as ``careen db import`` does, and queues the assessment of
    the fleet. Returns what it saw; ``seen`` is what it returned last.
    """
    database = database_of(fleet.settings)
    try:
        status = database.stat()
    except OSError:
        return None
    here = (status.st_ino, status.st_size, status.st_mtime_ns)
    if here == seen or not (build := build_of(database)):
        return here
    with fleet.engine.connect() as connection:
        known = progress_of(connection).build
        if not known and connection.execute(select(unit.c.id).limit(1)).first() is None:
            return here  # the first packages are assessed with it
    is_other = build != known if is_sqlite(fleet.engine) or known == SHIPPED else build > known  # others may have newer ones
    if is_other:
        SharedAdvisories(fleet.engine, fleet.store, fleet.settings).publish()
        with writing(fleet.engine) as connection:
            fleet.queue.add(connection, [rematch.job_of("a new database")])
    return here


def assess_again(fleet: Fleet, job: Job) -> None:
    """Handles jobs of kind ``rematch``: assesses the packages that the new advisory database affects. Raises
    DatabaseError if there is no database.
    """
    SharedAdvisories(fleet.engine, fleet.store, fleet.settings).look(now=True)
    database = database_of(fleet.settings)
    if not database.is_file():
        raise DatabaseError("there is no advisory database", "careen db update")
    before = database.with_name(BEFORE)
    done = rematch.after_update(fleet, before if before.is_file() else None, database)
    before.unlink(missing_ok=True)
    log.info("a new database: %d packages and %d images were assessed again in %.1f s", done.units, done.images, done.seconds)


def troubles(fleet: Fleet) -> list[str]:
    """The sources that the last update could not read, each as ``SOURCE: REASON``."""
    with fleet.engine.connect() as connection:
        value = connection.execute(select(state.c.value).where(state.c.key == FEEDS)).scalar()
    return bytes(value).decode().splitlines() if value else []


def _note(connection: Connection, found: Mapping[str, str]) -> None:
    """Stores the failed sources (name to reason) in place of those stored before. Only sources that did not fail before
    cause an event.
    """
    known = bytes(connection.execute(select(state.c.value).where(state.c.key == FEEDS)).scalar() or b"").decode()
    failed_before = {line.partition(": ")[0] for line in known.splitlines()}
    if begun := {source: reason for source, reason in found.items() if source not in failed_before}:
        events.of_sources(connection, begun)
    value = "\n".join(f"{source}: {' '.join(reason.split())}" for source, reason in found.items()).encode()
    new = insert(connection, state).on_conflict_do_update(index_elements=["key"], set_={"value": value})
    connection.execute(new, {"key": FEEDS, "value": value})

"""Shares the advisory database of a fleet on PostgreSQL: the worker that updates it puts it into the store, and the
others copy it from there.

So workers need no common folder. Parts are named after their digests, and the whole is checked before it replaces an
older database. A local database that is newer than the published one is kept.
"""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, select

from careen.app.databases import database_of
from careen.config import Settings
from careen.database.integrity import replaced
from careen.database.read import status
from careen.errors import DatabaseError
from careen.log import logger
from careen.safety.typed import from_json
from careen.store.memory import Store

from .connection import is_sqlite, writing
from .rows import insert
from .tables import state

log = logger(__name__)

STATE = "advisories"
REMATCH = "rematch"  # the key of a row in ``state``: the progress of updates
SHIPPED = "shipped"  # in place of a database's build: the shipped facts and the user's private advisories
BEFORE = "before.sqlite"  # the copy of the database that the fleet was last assessed with
LOOK_S = 15.0  # between two look-ups of the published one
PART_BYTES = 8 << 20


class Published(Struct, frozen=True):
    build: str
    digest: str
    parts: tuple[str, ...]  # digests


class _Assessed(Struct, frozen=True):
    """A part of the state of updates: the build of the database that the fleet is assessed with."""

    build: str = ""


class SharedAdvisories:
    """The shared advisory database. It does nothing on SQLite, whose workers share a folder, or if the settings name a
    database.
    """

    def __init__(self, engine: Engine, store: Store, settings: Settings) -> None:
        self._engine, self._store, self._settings = engine, store, settings
        self._is_shared = not is_sqlite(engine) and settings.db is None
        self._lock, self._next = threading.Lock(), 0.0

    def publish(self) -> None:
        """Puts the local database into the store, unless that has a newer one."""
        database = database_of(self._settings)
        if not self._is_shared or not database.is_file():
            return
        known = published(self._engine)
        if known is not None and known.build > build_of(database):
            return
        whole, parts = hashlib.sha256(), []
        for part in _parts(database):
            whole.update(part)
            parts.append(hashlib.sha256(part).hexdigest())
            if known is None or parts[-1] not in known.parts:
                self._store.put(key_of(parts[-1]), part)
        value = msgspec.json.encode(Published(build_of(database), whole.hexdigest(), tuple(parts)))
        with writing(self._engine) as connection:
            new = insert(connection, state).on_conflict_do_update(index_elements=["key"], set_={"value": value})
            connection.execute(new, {"key": STATE, "value": value})

    def look(self, *, now: bool = False) -> None:
        """Replaces the local database by the published one if that is newer. Look-ups are limited in time, except with
        ``now``.
        """
        if not self._is_shared:
            return
        with self._lock:
            if not now and time.monotonic() < self._next:
                return
            self._next = time.monotonic() + LOOK_S
            found, database = published(self._engine), database_of(self._settings)
            if found is not None and found.build > build_of(database):
                self._take(found, database)

    def _take(self, found: Published, database: Path) -> None:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = database.with_name(f"{database.name}.{os.getpid()}.coming")
        whole = hashlib.sha256()
        try:
            with aside.open("wb") as file:
                for digest in found.parts:
                    part = self._store.get(key_of(digest))
                    if part is None or hashlib.sha256(part).hexdigest() != digest:
                        log.warning("the published advisory database is incomplete: the local one stays in use")
                        return
                    whole.update(part)
                    file.write(part)
            if whole.hexdigest() != found.digest:
                log.warning("the published advisory database does not have its digest: the local one stays in use")
                return
            keep_before(self._engine, database)
            replaced(aside, database)
        finally:
            aside.unlink(missing_ok=True)
        log.info("took the advisory database of %s from the store", found.build)


def published(engine: Engine) -> Published | None:
    with engine.connect() as connection:
        value = connection.execute(select(state.c.value).where(state.c.key == STATE)).scalar()
    return from_json(bytes(value), Published) if value else None


def is_expected(engine: Engine) -> bool:
    """Whether a database has assessed the fleet, or is published. Then a machine without a database will get one."""
    with engine.connect() as connection:
        value = connection.execute(select(state.c.value).where(state.c.key == REMATCH)).scalar()
    by = from_json(bytes(value), _Assessed).build if value else ""
    return by not in ("", SHIPPED) or published(engine) is not None


def key_of(digest: str) -> str:
    return f"advisories {digest}"


def keep_before(engine: Engine, database: Path) -> None:
    """Copies the database that assessed the fleet last, and keeps the copy until the fleet is assessed with its
    successor. A copy that another machine's work has made useless is deleted.
    """
    before = database.with_name(BEFORE)
    with engine.connect() as connection:
        value = connection.execute(select(state.c.value).where(state.c.key == REMATCH)).scalar()
    if value and from_json(bytes(value), _Assessed).build == build_of(database):
        before.unlink(missing_ok=True)
    if not database.is_file() or before.exists():
        return
    try:
        os.link(database, before)  # an update replaces the file, so that this link keeps the old content
    except OSError:
        import shutil

        aside = before.with_name(f"{BEFORE}.{os.getpid()}")
        shutil.copyfile(database, aside)
        aside.replace(before)


def build_of(database: Path) -> str:
    """The time at which a database was built; "" if there is no readable one."""
    try:
        return status(database).built
    except DatabaseError:
        return ""


def _parts(database: Path) -> Iterator[bytes]:
    with database.open("rb") as file:
        while part := file.read(PART_BYTES):
            yield part

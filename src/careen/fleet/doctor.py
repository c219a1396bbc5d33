"""``careen doctor --server``: checks the state of a server's fleet. It writes nothing and runs no migration."""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.engine import make_url

from careen.app.doctor.examine import guarded
from careen.app.doctor.line import Line, note, ok, problem
from careen.errors import UsageError

from .connection import check, connect, is_sqlite, sqlite_address
from .credentials import VARIABLE, checked_file
from .start import KEY_FILE

SILENT_S = 60.0  # a worker that is alive beats every few seconds
OLD_DAYS = 14
LONG_S = 3600.0  # a longer wait of the oldest image is a problem
LEAST_BYTES = 5 << 30
DAY_S = 86_400.0
_RIGHTS = text(
    "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user"
)


def examine_server(address: str | None, data: Path, key_file: Path | None = None) -> tuple[Line, ...]:
    lines = [*guarded("data", lambda: _folder(data)), *guarded("key", lambda: _key(key_file or data / KEY_FILE))]
    if address is None and not (data / "fleet.sqlite").is_file():
        lines.append(problem("database", "no_database", f"{data} has no fleet", f"careen serve --data {data} creates one"))
        return tuple(lines)
    found: list[Engine] = []
    lines += guarded("database", lambda: _connected(address or sqlite_address(data), found))
    if found:
        (engine,) = found
        try:
            lines += guarded("database", lambda: _database(engine))
            if all(line.code not in ("no_tables", "migrations_missing") for line in lines):
                lines += guarded("workers", lambda: _workers(engine))
                lines += guarded("advisories", lambda: _feeds(engine))
        finally:
            engine.dispose()
    lines += guarded("advisories", lambda: _advisories(data))
    return tuple(lines)


def _folder(data: Path) -> Iterator[Line]:
    if not data.is_dir():
        yield problem("data", "no_folder", f"{data} does not exist", "name the folder of careen serve with --data")
        return
    mode = stat.S_IMODE(data.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        yield problem("data", "folder_open", f"other users can enter {data} (mode {mode:o})", f"chmod 700 {data}")
    else:
        yield ok("data", "folder", f"{data} is closed to other users")
    free = shutil.disk_usage(data).free
    if free < LEAST_BYTES:
        yield problem(
            "data",
            "disk_full",
            f"{free >> 20:,} MB of disk are free",
            "free space, or list fewer images of a registry (newest): the daily purge removes the others",
        )
    else:
        yield ok("data", "disk", f"{free >> 30:,} GB of disk are free")


def _key(file: Path) -> Iterator[Line]:
    if os.environ.get(VARIABLE, "").strip():
        yield ok("key", "key", f"the secret key is in {VARIABLE}")
        return
    if not file.exists():
        yield note("key", "no_key", f"{file} does not exist yet", "the first careen serve creates it; keep a backup apart")
        return
    try:
        count = checked_file(file)
    except UsageError as error:
        yield problem("key", "key_unusable", str(error), error.hint)
        return
    yield ok("key", "key", f"{file} has {count} key{'s' if count > 1 else ''}, and only its owner reads it")


def _connected(address: str, found: list[Engine]) -> Iterator[Line]:
    engine = connect(address, 2)
    check(engine)
    found.append(engine)
    yield ok("database", "database", f"{make_url(address).render_as_string(hide_password=True)} answers")


def _database(engine: Engine) -> Iterator[Line]:
    from .migrations import missing

    with engine.connect() as connection:
        if not inspect(connection).has_table("job"):
            yield problem(
                "database", "no_tables", "the database has no tables of Careen", "careen serve creates them at its start"
            )
            return
        if steps := missing(connection):
            text = f"{len(steps)} migrations have not run: {', '.join(steps[:5])}"
            yield problem("database", "migrations_missing", text, "restart careen serve with this version")
        else:
            yield ok("database", "migrations", "the tables are those of this version")
        if not is_sqlite(connection):
            yield from _role(connection)


def _role(connection: Connection) -> Iterator[Line]:
    """Yields a note if the database role has more rights than its own tables need."""
    row = connection.execute(_RIGHTS).mappings().one()
    more = [right.removeprefix("rol") for right, has in row.items() if has]
    if more:
        advice = "ALTER ROLE … NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS"
        yield note(
            "database", "role_too_strong", f"the role of the database has more rights than it needs: {', '.join(more)}", advice
        )
    else:
        yield ok("database", "role", "the role of the database has no rights beyond its tables")


def _workers(engine: Engine) -> Iterator[Line]:
    from .tables import image, worker

    now = time.time()
    with engine.connect() as connection:
        alive = connection.scalar(select(func.count()).select_from(worker).where(worker.c.beat_at > now - SILENT_S))
        unread = image.c.state.in_(("opening", "reading", "joining"))
        waiting, oldest = connection.execute(select(func.count(), func.min(image.c.enrolled_at)).where(unread)).one()
    if alive:
        yield ok("workers", "workers", f"{alive} worker{'s are' if alive > 1 else ' is'} alive")
    else:
        advice = "start careen serve, or careen worker --database URL"
        yield problem("workers", "no_worker", f"no worker has shown signs of life for {SILENT_S:.0f} seconds", advice)
    age = now - oldest if oldest else 0.0
    if age > LONG_S:
        text = f"{waiting:,} images wait, the oldest for {age / 3600:.1f} hours"
        yield note("workers", "queue_old", text, "more workers: careen worker --database URL on another machine")
    else:
        yield ok("workers", "queue", f"{waiting:,} images wait")


def _feeds(engine: Engine) -> Iterator[Line]:
    from .advisories import FEEDS
    from .tables import state

    with engine.connect() as connection:
        value = connection.execute(select(state.c.value).where(state.c.key == FEEDS)).scalar()
    for failure in bytes(value or b"").decode(errors="replace").splitlines()[:10]:
        yield note("advisories", "source_failed", f"the last update could not read {failure}", "careen doctor, on that machine")


def _advisories(data: Path) -> Iterator[Line]:
    from careen.database.knowledge import database_path

    path = database_path(data / "cache")
    if not path.is_file():
        yield note("advisories", "no_advisories", "the advisory database is not in this folder", "careen serve fetches it")
        return
    days = (time.time() - path.stat().st_mtime) / DAY_S
    if days > OLD_DAYS:
        yield problem(
            "advisories",
            "advisories_old",
            f"the advisories were updated {days:.0f} days ago",
            "look at the log of careen serve",
        )
    else:
        yield ok("advisories", "advisories", f"the advisories were updated {days:.1f} days ago")

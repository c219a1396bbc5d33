"""The progress of an update of the advisories, as a value of the fleet: a run that was killed goes on from here, and one
that a newer update has overtaken ends.
"""

from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from careen.database.knowledge import CATALOGUE
from careen.safety.typed import from_json

from .rows import insert
from .shared_advisories import REMATCH
from .tables import state


class Progress(Struct, frozen=True):
    """The progress of a run. ``build`` is the database that units are assessed with, ``done`` that of the last run that
    was completed. ``spaces`` maps each namespace to its fingerprint in ``build``. ``scores`` are the sources of scores that
    all verdicts depend on: while a run brings a new one, that is not among them yet. None: not recorded.
    """

    build: str = ""
    is_done: bool = True
    begun: float = 0.0
    spaces: dict[str, str] = {}
    done: str = ""
    scores: tuple[str, ...] | None = None


def progress_of(connection: Connection) -> Progress:
    data = connection.execute(select(state.c.value).where(state.c.key == REMATCH)).scalar()
    return from_json(bytes(data), Progress) if data else Progress()


def done_at(connection: Connection) -> float:
    """The time of the advisories that all verdicts of the fleet are up to date with; 0 if there was no update.

    An update assesses only what it changes: a verdict that was not written again is still as new as the update.
    """
    try:
        return datetime.fromisoformat(progress_of(connection).done).timestamp()
    except ValueError:
        return 0.0


def knows_exploited(connection: Connection) -> bool:
    """Whether all verdicts of the fleet are up to date with CISA's catalogue."""
    return CATALOGUE in (progress_of(connection).scores or ())


def save(connection: Connection, progress: Progress) -> None:
    row = {"key": REMATCH, "value": msgspec.json.encode(progress)}
    adding = insert(connection, state).values(row)
    connection.execute(adding.on_conflict_do_update(index_elements=["key"], set_={"value": adding.excluded.value}))

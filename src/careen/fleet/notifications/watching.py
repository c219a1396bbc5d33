"""Reports changes that come with time alone: releases whose support has ended, and sources whose data have become too
old.
"""

from datetime import date

import msgspec
from sqlalchemy import Connection, select

from careen.app.databases import database_of
from careen.errors import DatabaseError
from careen.log import logger
from careen.safety.typed import from_json

from .. import events
from ..assessing import assessor_of
from ..connection import writing
from ..fleet import Fleet
from ..recorded import REPOSITORIES, VULNERABILITIES
from ..rows import insert
from ..tables import state, unit_source

log = logger(__name__)

STATE = "namespaces in trouble"  # the key of a row in ``state``: what was found before, so that each change is one event


class Known(msgspec.Struct, frozen=True):
    """Namespaces that were reported: ``ended`` maps them to the day of their end, ``stale`` are those with too old
    data.
    """

    ended: dict[str, str] = {}
    stale: tuple[str, ...] = ()


def watch(fleet: Fleet, today: date | None = None) -> None:
    """Handles jobs of kind ``watch``: adds events for releases that ended and sources that became too old."""
    database = database_of(fleet.settings)
    with fleet.engine.connect() as connection:
        spaces = set(connection.execute(select(unit_source.c.namespace).distinct()).scalars())
    spaces -= {VULNERABILITIES, REPOSITORIES}
    if not spaces or not database.is_file():
        return
    try:
        with assessor_of(fleet, database, today) as assessor:
            day = assessor.today.isoformat()
            ends = {space: assessor.knowledge.end_of_life(space) for space in spaces}
            found = Known(
                {space: end for space, end in sorted(ends.items()) if end and end < day},
                tuple(sorted(space for space in spaces if assessor.is_stale(space))),
            )
    except DatabaseError as error:
        log.warning("the ends of releases could not be read: %s", error)
        return
    with writing(fleet.engine) as connection:
        _note(connection, found)


def _note(connection: Connection, found: Known) -> None:
    data = connection.execute(select(state.c.value).where(state.c.key == STATE)).scalar()
    before = from_json(bytes(data), Known) if data else Known()
    for space, end in found.ended.items():
        if space not in before.ended:
            events.of_ended_support(connection, space, end)
    if new := [space for space in found.stale if space not in before.stale]:
        events.of_sources(connection, dict.fromkeys(new, "its data are too old"))
    value = msgspec.json.encode(found)
    adding = insert(connection, state).on_conflict_do_update(index_elements=["key"], set_={"value": value})
    connection.execute(adding, {"key": STATE, "value": value})

"""The settings of a project that an interface reads: each interface declares its own fields of that JSON."""

from typing import TypeVar

import msgspec
from sqlalchemy import select

from careen.fleet.fleet import Fleet
from careen.fleet.tables import project
from careen.log import logger
from careen.safety.typed import from_json

log = logger(__name__)

Part = TypeVar("Part", bound=msgspec.Struct)


def settings_of(fleet: Fleet, project_id: int, kind: type[Part]) -> Part:
    """The part of the project's settings with this type. The defaults if there are none, or if they cannot be decoded,
    which is logged.
    """
    with fleet.engine.connect() as connection:
        data = connection.execute(select(project.c.settings).where(project.c.id == project_id)).scalar()
    return part_of(bytes(data or b""), project_id, kind)


def part_of(data: bytes, project_id: int, kind: type[Part]) -> Part:
    """The part of stored settings with this type, as ``settings_of``."""
    if not data:
        return kind()
    try:
        return from_json(data, kind)
    except (msgspec.MsgspecError, ValueError) as error:
        log.warning("the settings of project %d cannot be read: %s", project_id, error)
        return kind()

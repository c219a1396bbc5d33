"""Counts up to a bound: what is beyond is "more than 1,000"."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, func, select

from .tables import image_unit, unit

BOUND = 1000


class Count(Struct, frozen=True):
    number: int
    exact: bool = True  # else there are more


def count(connection: Connection, wanted: Select[Any], bound: int = BOUND) -> Count:
    """How many rows a selection has."""
    number = connection.execute(select(func.count()).select_from(wanted.limit(bound + 1).subquery())).scalar_one()
    return Count(min(number, bound), number <= bound)


def image_counts(
    connection: Connection, groups: Sequence[Sequence[int]], of_places: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """How many images have one of the units, for each group of units. Nearly all groups are one unit: those are counted
    together. ``of_places``: about rows of ``image_unit``."""
    single = [units[0] for units in groups if len(units) == 1]
    places = select(image_unit.c.image_id).where(image_unit.c.unit_id == unit.c.id, of_places)
    places = places.correlate(unit).limit(BOUND + 1)
    number = select(func.count()).select_from(places.subquery()).correlate(unit).scalar_subquery()
    known = dict(connection.execute(select(unit.c.id, number).where(unit.c.id.in_(single))).all())
    found = []
    for units in groups:
        if len(units) == 1:
            counted = Count(min(known.get(units[0], 0), BOUND), known.get(units[0], 0) <= BOUND)
        else:
            wanted = select(image_unit.c.image_id).where(image_unit.c.unit_id.in_(units), of_places)
            counted = count(connection, wanted.distinct())
        found.append({"images": counted.number, "images_exact": counted.exact})
    return found

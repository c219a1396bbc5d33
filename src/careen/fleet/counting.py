"""Counts rows up to a bound; larger numbers are shown as "more than 1,000"."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, func, select

from .tables import image_unit, unit

BOUND = 1000


class Count(Struct, frozen=True):
    number: int
    exact: bool = True  # False: there are more


def count(connection: Connection, wanted: Select[Any], bound: int = BOUND) -> Count:
    """The number of rows that a selection has, at most ``bound``."""
    number = connection.execute(select(func.count()).select_from(wanted.limit(bound + 1).subquery())).scalar_one()
    return Count(min(number, bound), number <= bound)


def image_counts(
    connection: Connection, groups: Sequence[Sequence[int]], of_places: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """How many images contain at least one of the units, for each group of units. ``of_places`` is a condition on rows
    of ``image_unit``. Groups of a single unit, which are nearly all, are counted in one query.
    """
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

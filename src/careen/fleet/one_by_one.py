"""The conditions of a query in the form that looks up each image and each package by itself.

A list evaluates them for rows that it has read, so that their effort is bounded by the number of these rows.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, not_, select, true

from .conditions import Conditions, has_finding, visible
from .tables import image, image_unit


def image_meets(project_id: int | None, found: Conditions) -> ColumnElement[bool]:
    """A condition on rows of ``image``: the project sees it, and it meets the conditions on images and the negated ones."""
    none_of = (not_(_contains(each.of)) for each in found.without)
    return and_(visible(project_id), *found.of_one_image, *none_of)


def image_contains(found: Conditions) -> ColumnElement[bool]:
    """A condition on rows of ``image``: one of its units meets the conditions on packages and on findings."""
    return true() if found.units is None else _contains(lambda unit_id: unit_meets(found, unit_id))


def unit_meets(found: Conditions, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    of_finding = [has_finding(found.of_finding, unit_id)] if found.of_finding else []
    return and_(true(), *(each.of(unit_id) for each in found.of_unit), *of_finding)


def finding_meets(found: Conditions, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition on rows of ``unit_finding``, of which ``unit_id`` is the column."""
    return and_(true(), *found.of_finding, *(each.of(unit_id) for each in found.of_unit))


def _contains(of: Callable[[ColumnElement[int]], ColumnElement[bool]]) -> ColumnElement[bool]:
    one = image_unit.alias()
    has = select(one.c.unit_id).where(one.c.image_id == image.c.id, of(one.c.unit_id)).limit(1)
    return has.correlate(image).scalar_subquery().is_not(None)

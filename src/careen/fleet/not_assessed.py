"""What was not assessed in the images of a project: for each reason, how many images and packages it affects.

Reasons belong to units (their advisories) or to images (unreadable parts). One statement counts all of them, each up to
a bound, so that it is fast for a fleet of any size.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Select, func, literal, select, union, union_all

from careen.model.reasons import EFFECTS

from .conditions import visible
from .counting import BOUND, Count
from .tables import image_gap, image_unit, unit, unit_package

MOST = 40  # reasons with codes that this version does not know: an uploaded report may state any


class NotAssessed(Struct, frozen=True):
    code: str
    images: Count
    packages: Count


def not_assessed(connection: Connection, project_id: int) -> tuple[NotAssessed, ...]:
    """The reasons why something was not assessed, with the reason that affects most images first."""
    texts = connection.execute(select(unit.c.reasons).where(unit.c.reasons != "").distinct()).scalars().all()
    by_code: dict[str, list[str]] = {}
    for text in texts:
        for code in text.split():
            by_code.setdefault(code, []).append(text)
    stated = select(image_gap.c.code).distinct()
    own = set(connection.execute(stated.where(image_gap.c.code.in_(EFFECTS))).scalars())
    own.update(connection.execute(stated.where(image_gap.c.code.not_in(EFFECTS)).limit(MOST)).scalars())
    codes = sorted(by_code.keys() | own, key=lambda code: (code not in EFFECTS, code))[: len(EFFECTS) + MOST]
    if not codes:
        return ()
    counted = union_all(*(_counting(project_id, code, by_code.get(code, []), code in own) for code in codes))
    found = [
        NotAssessed(code, _count(images), _count(packages)) for code, images, packages in connection.execute(counted) if images
    ]
    return tuple(sorted(found, key=lambda reason: (-reason.images.number, -reason.packages.number, reason.code)))


def _counting(project_id: int, code: str, texts: list[str], is_own: bool) -> Select[Any]:
    """Selects one row: the code, the number of its images, the number of its packages."""
    images, packages = list[Select[tuple[int]]](), list[Select[tuple[int, int]]]()
    if texts:
        stated = select(image_unit.c.image_id).join(unit, unit.c.id == image_unit.c.unit_id).where(unit.c.reasons.in_(texts))
        images.append(stated.where(visible(project_id, image_unit.c.image_id)).distinct().limit(BOUND + 1))
        seen = select(image_unit.c.image_id).where(
            image_unit.c.unit_id == unit.c.id, visible(project_id, image_unit.c.image_id)
        )
        of_units = select(unit_package.c.unit_id, unit_package.c.position).join(unit, unit.c.id == unit_package.c.unit_id)
        packages.append(of_units.where(unit.c.reasons.in_(texts), seen.exists()).limit(BOUND + 1))
    if is_own:
        own = select(image_gap.c.image_id).where(image_gap.c.code == code, visible(project_id, image_gap.c.image_id))
        images.append(own.limit(BOUND + 1))
    both = union(*(part.subquery().select() for part in images)).subquery()
    number = select(func.count()).select_from(both).scalar_subquery()
    if not packages:
        return select(literal(code), number, literal(0))
    return select(literal(code), number, select(func.count()).select_from(packages[0].subquery()).scalar_subquery())


def _count(number: int) -> Count:
    return Count(min(number, BOUND), number <= BOUND)

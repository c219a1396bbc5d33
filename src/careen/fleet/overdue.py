"""What of a project is overdue, for a page and for a digest: counted up to a bound, the highest risk first."""

from msgspec import Struct
from sqlalchemy import Connection, func, select

from .conditions import visible
from .deadlines import deadlines_of, is_overdue
from .tables import image, image_unit, unit_finding

SHOWN = 50
BOUND = 1000  # a count beyond is "more than 1,000"


class Late(Struct, frozen=True):
    vulnerability: str
    package: str  # purl
    severity: str
    risk: float
    exploited: bool
    fixed_version: str  # "": there is no fix
    due_at: float
    images: int


class Overdue(Struct, frozen=True):
    """``exact`` False: there are more than ``count``."""

    owner: str
    count: int
    exact: bool
    worst: tuple[Late, ...]


def overdue(connection: Connection, project_id: int, now: float) -> Overdue:
    limits = deadlines_of(connection, project_id)
    of_unit = select(image_unit.c.image_id).join(image, image.c.id == image_unit.c.image_id)
    of_unit = of_unit.where(image_unit.c.unit_id == unit_finding.c.unit_id, visible(project_id))
    columns = unit_finding.c
    wanted = select(*(columns[name] for name in ("vulnerability", "package", "severity", "risk", "exploited", "fixed_version")))
    wanted = wanted.add_columns(columns.first_at, columns.unit_id)
    wanted = wanted.where(is_overdue(connection, project_id, now), of_unit.exists())
    number = connection.execute(select(func.count()).select_from(wanted.limit(BOUND + 1).subquery())).scalar_one()
    ordered = wanted.order_by(columns.risk.desc(), columns.unit_id.desc(), columns.vulnerability, columns.package)
    found = []
    for row in connection.execute(ordered.limit(SHOWN)).all() if number else ():
        images = select(func.count()).select_from(
            select(image_unit.c.image_id)
            .join(image, image.c.id == image_unit.c.image_id)
            .where(image_unit.c.unit_id == row.unit_id, visible(project_id))
            .subquery()
        )
        due_at = limits.due_at(row.severity, row.exploited, row.first_at)
        found.append(
            Late(
                row.vulnerability,
                row.package,
                row.severity,
                row.risk / 1000,
                bool(row.exploited),
                row.fixed_version,
                due_at or now,
                connection.execute(images).scalar_one(),
            )
        )
    return Overdue(limits.owner, min(number, BOUND), number <= BOUND, tuple(found))

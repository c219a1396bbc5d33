"""What of a project should have been fixed by now, for its digests: findings with a fix that is out for too long."""

from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from careen.output.escape import visible

from ..tables import image_unit, project_image, unit_finding
from . import links
from .facts import day
from .message import Line
from .wording import About

DUE_DAYS = {"critical": 15, "high": 30, "medium": 90, "low": 180}
DAY_S = 86_400.0
LINES = 5


def overdue_lines(connection: Connection, about: About) -> tuple[Line, ...]:
    """The oldest."""
    return tuple(_line(about, row) for row in overdue(connection, about.project_id, about.now)[:LINES])


def overdue(connection: Connection, project_id: int, now: float) -> list[Row[Any]]:
    """Vulnerability, severity, since when it is overdue, and how many packages have it: the one that waits longest first."""
    has = (
        select(image_unit.c.image_id)
        .join(project_image, project_image.c.image_id == image_unit.c.image_id)
        .where(image_unit.c.unit_id == unit_finding.c.unit_id)
        .where(project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None))
    )
    days = case(DUE_DAYS, value=unit_finding.c.severity)
    begun = func.coalesce(unit_finding.c.fix_at, unit_finding.c.first_at)
    known = case((begun > unit_finding.c.first_at, begun), else_=unit_finding.c.first_at)
    due = known + days * DAY_S
    query = (
        select(
            unit_finding.c.vulnerability, unit_finding.c.severity, func.min(due).label("due"), func.count().label("packages")
        )
        .where(unit_finding.c.fix_state == "fixed", unit_finding.c.confidence != "possible")
        .where(unit_finding.c.severity.in_(list(DUE_DAYS)), due < now, has.exists())
        .group_by(unit_finding.c.vulnerability, unit_finding.c.severity)
    )
    return list(connection.execute(query.order_by(func.min(due), unit_finding.c.vulnerability).limit(100)).all())


def _line(about: About, row: Row[Any]) -> Line:
    text = f"Overdue since {day(row.due)}: {row.vulnerability}, {row.severity}"
    return Line(visible(text), links.vulnerability(about.address, about.project_id, row.vulnerability), row.severity)

"""Deadlines for findings, set per project: a number of days for each severity and for exploited ones, and the
responsible person.

The days count from the moment at which the service first found the vulnerability in that package. A finding that a
decision hides is not overdue.
"""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import ColumnElement, Connection, and_, false, or_, select

from careen.safety.typed import from_json

from .decisions import is_decided
from .tables import project, unit_finding

DAY_S = 86_400.0
Days = Annotated[int, Meta(ge=1, le=3650)]
Owner = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Deadlines(Struct, frozen=True, forbid_unknown_fields=True):
    """The days allowed for findings of each severity. None: such findings are never overdue. ``exploited`` applies to
    exploited findings of any severity.
    """

    owner: Owner = ""
    exploited: Days | None = None
    critical: Days | None = None
    high: Days | None = None
    medium: Days | None = None
    low: Days | None = None

    @property
    def is_empty(self) -> bool:
        return next(self._limits(), None) is None

    def due_at(self, severity: str, exploited: bool, first_at: float) -> float | None:
        """The earliest deadline that applies to a finding; None if none does. Times are seconds since 1970."""
        days = [limit for name, limit in self._limits() if name == severity or (name == "exploited" and exploited)]
        return first_at + min(days) * DAY_S if days else None

    def _limits(self) -> Iterator[tuple[str, int]]:
        for name in ("exploited", "critical", "high", "medium", "low"):
            limit = getattr(self, name)
            if limit is not None:
                yield name, limit

    def passed(self, now: float) -> ColumnElement[bool]:
        """A condition on rows of ``unit_finding``: the deadline has passed."""
        of_kind = (
            and_(
                unit_finding.c.exploited.is_(True) if name == "exploited" else unit_finding.c.severity == name,
                unit_finding.c.first_at < now - limit * DAY_S,
            )
            for name, limit in self._limits()
        )
        return or_(false(), *of_kind)


class _Kept(Struct, frozen=True):
    deadlines: Deadlines = Deadlines()


def deadlines_of(connection: Connection, project_id: int) -> Deadlines:
    kept = connection.execute(select(project.c.settings).where(project.c.id == project_id)).scalar()
    return from_json(bytes(kept), _Kept).deadlines if kept else Deadlines()


def is_overdue(connection: Connection, project_id: int | None, now: float) -> ColumnElement[bool]:
    """A condition on rows of ``unit_finding``: overdue, not merely possible, and not hidden by a decision. It is false
    without a project, because deadlines belong to projects.
    """
    if project_id is None:
        return false()
    passed = deadlines_of(connection, project_id).passed(now)
    return and_(passed, unit_finding.c.confidence != "possible", ~is_decided(project_id, now))

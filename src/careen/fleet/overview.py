"""The overview of a project: counts of its images by state and findings, and the latest events of each kind.

Counting reads one row for each image of the project, from an index, so that callers cache the counts (``Kept``). The
latest events are searched among a bounded number of the newest.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from careen.safety.typed import from_json

from .conditions import own_images, visible
from .fleet import Fleet
from .tables import event, image, image_unit, project_image, unit_finding

NEWEST = 300  # events of each kind that are searched
WAITING = ("opening", "reading", "joining")
COVERAGE = ("assessed", "partially_assessed", "not_assessed")
FRESH_S = 20.0  # counts are cached for at least so long, and
SHARE = 20  # for so many times the duration of counting
PROJECTS = 1000  # projects whose counts are cached
Counts = TypeVar("Counts")


class Summary(Struct, frozen=True):
    """Counts of a project's images. ``oldest`` is when the longest waiting image of all projects was enrolled."""

    images: int = 0
    waiting: int = 0
    failed: int = 0
    assessed: int = 0
    partially_assessed: int = 0
    not_assessed: int = 0
    critical: int = 0  # images with at least one critical finding, and so on
    high: int = 0
    exploited: int = 0
    fixable: int = 0
    running: int = 0
    running_critical: int = 0
    oldest: float | None = None


class Latest(Struct, frozen=True):
    """An event, as a line. ``identity`` is that of its image; "" if it is not about an image."""

    id: int
    at: float
    kind: str
    vulnerability: str
    package: str
    severity: str
    identity: str
    reference: str
    count: int  # number of findings that an image introduced


class Kept(Generic[Counts]):
    """A cache for the counts of projects; threads may share it."""

    def __init__(self, counted: Callable[[Connection, int], Counts]) -> None:
        self._counted = counted
        self._known: OrderedDict[int, tuple[float, Counts]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, fleet: Fleet, project_id: int) -> Counts:
        with self._lock:  # another caller waits here for the same counts
            begun = time.monotonic()
            if (kept := self._known.get(project_id)) and begun < kept[0]:
                return kept[1]
            with fleet.engine.connect() as connection:
                known = self._counted(connection, project_id)
            spent = time.monotonic() - begun
            self._known[project_id] = (time.monotonic() + max(FRESH_S, SHARE * spent), known)
            self._known.move_to_end(project_id)
            while len(self._known) > PROJECTS:
                self._known.popitem(last=False)
            return known


def summary(connection: Connection, project_id: int) -> Summary:
    columns = image.c

    def having(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    is_ready = columns.state == "ready"
    wanted = {
        "images": func.count(),
        "waiting": having(columns.state.in_(WAITING)),
        "failed": having(columns.state == "failed"),
        **{name: having(and_(is_ready, columns.coverage == name)) for name in COVERAGE},
        **{name: having(columns[name] > 0) for name in ("critical", "high", "exploited", "fixable")},
        "running": having(columns.runs_at.is_not(None)),
        "running_critical": having(and_(columns.runs_at.is_not(None), columns.critical > 0)),
    }
    counted = select(*(column.label(name) for name, column in wanted.items())).where(own_images(connection, project_id))
    row = connection.execute(counted).one()
    return Summary(**{name: int(value) for name, value in row._mapping.items()}, oldest=_oldest(connection))


def latest(connection: Connection, project_id: int, kind: str, limit: int) -> list[Latest]:
    """The newest events of this kind that the project sees, among the newest of all projects."""
    newest = select(event.c.id).where(event.c.kind == kind).order_by(event.c.id.desc()).limit(NEWEST).subquery()
    wanted = (
        select(event, image.c.identity, image.c.reference)
        .join(newest, newest.c.id == event.c.id)
        .outerjoin(image, image.c.id == event.c.image_id)
        .where(seen_by(project_id))
        .order_by(event.c.id.desc())
        .limit(limit)
    )
    return [_latest(row) for row in connection.execute(wanted)]


def seen_by(project_id: int) -> ColumnElement[bool]:
    """A condition on rows of ``event``: it is about an image that the project sees, or a vulnerability in one of its
    images.
    """
    own = exists().where(
        project_image.c.project_id == project_id,
        project_image.c.image_id == event.c.image_id,
        project_image.c.deleted_at.is_(None),
    )
    has = (
        select(unit_finding.c.unit_id)
        .join(image_unit, image_unit.c.unit_id == unit_finding.c.unit_id)
        .join(image, image.c.id == image_unit.c.image_id)
        .where(unit_finding.c.vulnerability == event.c.vulnerability, visible(project_id))
        .correlate(event)
    )
    return or_(own, and_(event.c.image_id.is_(None), event.c.vulnerability != "", has.exists()))


def _oldest(connection: Connection) -> float | None:
    """When the longest waiting image was enrolled; None if none waits. Each state and lane costs one look-up in an
    index.
    """
    found = []
    for state in WAITING:
        for lane in (0, 1, 2):
            first = select(func.min(image.c.enrolled_at)).where(image.c.state == state, image.c.lane == lane)
            found.append(connection.execute(first).scalar())
    return min((at for at in found if at is not None), default=None)


def _latest(row: Any) -> Latest:
    count = 0
    if row.detail:
        detail = from_json(bytes(row.detail), dict[str, Any])
        count = int(detail.get("count", 0))
    return Latest(
        row.id, row.at, row.kind, row.vulnerability, row.package, row.severity, row.identity or "", row.reference or "", count
    )

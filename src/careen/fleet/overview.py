"""The overview of a project: counts of its images by state and findings, and the latest events of each kind.

Counting reads one row for each image of the project, from an index, so that callers cache the counts (``Kept``). The
latest events are searched among a bounded number of the project's newest.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from careen.safety.typed import from_json

from .conditions import own_images, visible
from .fleet import Fleet
from .running import is_running
from .tables import event, event_project, image

NEWEST = 1000  # events of the project that are searched
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
        self._known: OrderedDict[int, _Entry[Counts]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, fleet: Fleet, project_id: int) -> Counts:
        with self._lock:
            entry = self._known.setdefault(project_id, _Entry())
            self._known.move_to_end(project_id)
            while len(self._known) > PROJECTS:
                self._known.popitem(last=False)
        with entry.lock:  # another caller waits here for the same counts, and not for those of another project
            begun = time.monotonic()
            if entry.counts is None or begun >= entry.until:
                with fleet.engine.connect() as connection:
                    entry.counts = self._counted(connection, project_id)
                spent = time.monotonic() - begun
                entry.until = time.monotonic() + max(FRESH_S, SHARE * spent)
            return entry.counts


class _Entry(Generic[Counts]):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0
        self.counts: Counts | None = None


def summary(connection: Connection, project_id: int) -> Summary:
    columns = image.c

    def having(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    is_ready, running = columns.state == "ready", is_running(connection, project_id)
    wanted = {
        "images": func.count(),
        "waiting": having(columns.state.in_(WAITING)),
        "failed": having(columns.state == "failed"),
        **{name: having(and_(is_ready, columns.coverage == name)) for name in COVERAGE},
        **{name: having(columns[name] > 0) for name in ("critical", "high", "exploited", "fixable")},
        "running": having(running),
        "running_critical": having(and_(running, columns.critical > 0)),
    }
    counted = select(*(column.label(name) for name, column in wanted.items())).where(own_images(connection, project_id))
    row = connection.execute(counted).one()
    return Summary(**{name: int(value) for name, value in row._mapping.items()}, oldest=_oldest(connection))


def latest(connection: Connection, project_id: int, kind: str, limit: int) -> list[Latest]:
    """The newest events of this kind that concern the project, among its newest ones."""
    newest = (
        select(event_project.c.event_id)
        .where(event_project.c.project_id == project_id)
        .order_by(event_project.c.event_id.desc())
        .limit(NEWEST)
        .subquery()
    )
    wanted = (
        select(event, image.c.identity, image.c.reference)
        .join(newest, newest.c.event_id == event.c.id)
        .outerjoin(image, and_(image.c.id == event.c.image_id, visible(project_id)))
        .where(event.c.kind == kind, or_(event.c.image_id.is_(None), image.c.id.is_not(None)))
        .order_by(event.c.id.desc())
        .limit(limit)
    )
    return [_latest(row) for row in connection.execute(wanted)]


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

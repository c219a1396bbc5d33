"""Cached reports of images for pages, because making a report reads the whole inventory of its image.

A cached report is valid until its image is assessed again, or the project makes a decision or changes its policy.
"""

import threading
import time
from collections import OrderedDict
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, func, select

from careen.fleet.tables import decision, policy
from careen.model.finding import Finding
from careen.model.report import Report
from careen.output.summary import ordered
from careen.reports.html.charts import Chart, charts_of
from careen.reports.html.view import View, view_of
from careen.server.api.images import report_of, row_of
from careen.server.errors import Refused

from .visit import Visit

KEPT = 24
KEPT_S = 300.0  # a decision may expire meanwhile; after this time it is noticed


class Stored(Struct, frozen=True):
    """A report and its view for pages. ``findings`` are in the order of ``view.lines``."""

    report: Report
    view: View
    charts: tuple[Chart, ...]
    findings: tuple[Finding, ...]


class Kept:
    """A cache of reports; threads may share it. A thread that needs a report that another one is making waits for it."""

    def __init__(self) -> None:
        self._known: OrderedDict[Any, tuple[float, Any, Stored]] = OrderedDict()
        self._making: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, visit: Visit, identity: str) -> Stored | None:
        """The stored report of an image; None if the image is not ready. Raises: Refused if the project does not have it."""
        call = visit.call("read_image", identity=identity)
        with call.reading() as connection:
            row = row_of(connection, call)
            mark = (row.assessed_at, row.assessed_by, row.ready_at, *_decided(connection, call.project))
        if row.state != "ready":
            return None
        key = (call.project, identity)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            found = self._find(key, mark)
            if found is None:
                found = self._put(key, mark, stored_of(visit, identity))
        with self._lock:
            self._making.pop(key, None)
        return found

    def _find(self, key: Any, mark: Any) -> Stored | None:
        with self._lock:
            until, known, found = self._known.get(key, (0.0, None, None))
            return found if known == mark and time.monotonic() < until else None

    def _put(self, key: Any, mark: Any, found: Stored | None) -> Stored | None:
        if found is None:
            return None
        with self._lock:
            self._known[key] = (time.monotonic() + KEPT_S, mark, found)
            self._known.move_to_end(key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found


def stored_of(visit: Visit, identity: str) -> Stored | None:
    try:
        report = report_of(visit.call("read_report", identity=identity))
    except Refused as refused:
        if refused.code == "not_ready":  # the image was purged, or is being read again
            return None
        raise
    return Stored(report, view_of(report, None), tuple(charts_of(report, None)), tuple(ordered(report.findings)))


def kept(visit: Visit) -> Kept:
    held = visit.request.app.state
    if not hasattr(held, "kept_reports"):
        held.kept_reports = Kept()
    found: Kept = held.kept_reports
    return found


def _decided(connection: Connection, project: int) -> tuple[Any, ...]:
    of_project = decision.c.project_id == project
    stated = select(func.max(decision.c.id), func.max(decision.c.revoked_at)).where(of_project)
    changed = select(func.max(policy.c.changed_at), func.count()).where(policy.c.project_id == project)
    return (*connection.execute(stated).one(), *connection.execute(changed).one())

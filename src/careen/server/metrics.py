"""Metrics of the service for Prometheus: ``careen_…``. Values of labels are constants of this code, never names,
digests or tags of images.

Counts of tables are read when metrics are requested, at most once in a few seconds.
"""

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from careen.fleet.fleet import Fleet
from careen.fleet.notifications import deliveries
from careen.fleet.progress import done_at
from careen.fleet.tables import image, layer, outbox
from careen.log import logger

from .document import Operation

if TYPE_CHECKING:
    from prometheus_client.core import Metric

log = logger(__name__)

FRESH_S = 10.0
LANES = ("person", "push", "background")
STEPS_S = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0)


class Metrics:
    def __init__(self, fleet: Fleet) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("careen_requests", "Requests", ("operation", "status"), registry=self._registry)
        self._seconds = Histogram(
            "careen_request_seconds", "Time to answer", ("operation",), buckets=STEPS_S, registry=self._registry
        )
        self._registry.register(_Tables(fleet))

    def count(self, operation: Operation, status: int, seconds: float) -> None:
        self._requests.labels(operation.id, str(status)).inc()
        self._seconds.labels(operation.id).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)


class _Tables:
    """A collector for the Prometheus library, whose method ``collect`` yields families of samples."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet, self._lock = fleet, threading.Lock()
        self._read_at, self._known = 0.0, list["Metric"]()

    def describe(self) -> "list[Metric]":
        return []

    def collect(self) -> "list[Metric]":
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_S or not self._known:
                try:
                    with self._fleet.engine.connect() as connection:
                        self._known = list(self._families(connection))
                    self._read_at = time.monotonic()
                except SQLAlchemyError:
                    log.exception("the metrics of the database cannot be read")
                    return []
            return self._known

    def _families(self, connection: Connection) -> "Iterator[Metric]":
        jobs = GaugeMetricFamily("careen_jobs_waiting", "Jobs that wait", labels=("lane",))
        depth = self._fleet.queue.depth(connection)
        for number, lane in enumerate(LANES):
            jobs.add_metric((lane,), depth.get(number, 0))
        yield jobs
        yield self._grouped(connection, "careen_images", "Images", "state", image.c.state)
        yield self._grouped(connection, "careen_images_assessed", "Images by coverage", "coverage", image.c.coverage)
        yield self._grouped(connection, "careen_layers", "Layers", "state", layer.c.state)
        yield self._grouped(connection, "careen_notifications_events", "Events by state", "state", outbox.c.state)
        yield from _notifications(connection)
        oldest = GaugeMetricFamily("careen_oldest_wait_seconds", "Age of the oldest image that waits", labels=("lane",))
        waiting = select(image.c.lane, func.min(image.c.enrolled_at)).where(
            image.c.state.in_(("opening", "reading", "joining"))
        )
        ages = {lane: time.time() - at for lane, at in connection.execute(waiting.group_by(image.c.lane))}
        for number, lane in enumerate(LANES):
            oldest.add_metric((lane,), ages.get(number, 0.0))
        yield oldest
        assessed = connection.execute(select(func.min(image.c.assessed_at)).where(image.c.state == "ready")).scalar()
        age = GaugeMetricFamily("careen_oldest_verdict_seconds", "Age of the oldest verdict")
        age.add_metric((), time.time() - max(assessed, done_at(connection)) if assessed else 0.0)
        yield age

    def _grouped(self, connection: Connection, name: str, what: str, label: str, column: "object") -> "Metric":
        family = GaugeMetricFamily(name, what, labels=(label,))
        rows = connection.execute(select(column, func.count()).group_by(column))  # type: ignore[call-overload]
        for word, count in rows:
            family.add_metric((str(word) or "none",), count)
        return family


def _notifications(connection: Connection) -> "Iterator[Metric]":
    """The number of messages by channel and state, and how long the oldest unsent one has waited."""
    messages = GaugeMetricFamily("careen_notifications_messages", "Messages", labels=("channel", "state"))
    oldest = GaugeMetricFamily("careen_notifications_oldest_wait_seconds", "Age of the oldest message", labels=("channel",))
    ages: dict[str, float] = {}
    for row in deliveries.counts(connection):
        messages.add_metric((row.kind, row.state), row.number)
        if row.oldest is not None:
            ages[row.kind] = max(ages.get(row.kind, 0.0), time.time() - row.oldest)
    for channel, age in sorted(ages.items()):
        oldest.add_metric((channel,), age)
    yield messages
    yield oldest

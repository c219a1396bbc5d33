"""Enrols images that admission does not know, after the answer: one at a time, and a bounded number of them. Images that
it knows, and about which the project's policy has not decided, are decided before others.

A pod may name any host. Only the registries that the project added are contacted, with their stored credentials.
"""

import time
from collections.abc import Sequence
from threading import Lock

from sqlalchemy import select

from careen.errors import Error
from careen.fleet import enrolment, project_verdicts
from careen.fleet.connection import writing
from careen.fleet.enrolment import Enrolment
from careen.fleet.fleet import PUSH, Fleet
from careen.fleet.tables import registry
from careen.images.names import parse_reference
from careen.log import logger

log = logger(__name__)

AGAIN_S = 600.0  # before the same image may be enrolled again
MAX_KNOWN = 10_000
MAX_AT_ONCE = 4


class Enqueue:
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._lock = Lock()
        self._done: dict[tuple[int, str], float] = {}
        self._running = 0

    def __call__(self, project_id: int, names: Sequence[str], undecided: Sequence[int] = ()) -> None:
        if undecided:
            with writing(self._fleet.engine) as connection:
                jobs = [project_verdicts.job_of(project_id, number, PUSH, "admission") for number in undecided]
                self._fleet.queue.add(connection, jobs)
        with self._lock:
            wanted = [name for name in names if time.monotonic() > self._done.get((project_id, name), float("-inf")) + AGAIN_S]
            if not wanted or self._running >= MAX_AT_ONCE:
                return  # the queue is full; the next review of this image enrols it
            if len(self._done) + len(wanted) > MAX_KNOWN:
                self._done.clear()
            self._done.update({(project_id, name): time.monotonic() for name in wanted})
            self._running += 1
        try:
            self._enrol(project_id, wanted)
        finally:
            with self._lock:
                self._running -= 1

    def _enrol(self, project_id: int, names: Sequence[str]) -> None:
        query = select(registry.c.host, registry.c.id).where(registry.c.project_id == project_id)
        with self._fleet.engine.connect() as connection:
            registries = {row.host: row.id for row in connection.execute(query)}
        for name in names:
            reference = parse_reference(name)
            if reference.registry not in registries:
                log.info("admission: %s is not a registry of project %d", reference.registry[:200], project_id)
                continue
            wanted = Enrolment(str(reference), registry_id=registries[reference.registry])
            try:
                enrolment.enrol(self._fleet, project_id, wanted, PUSH, "admission")
            except Error as error:
                log.warning("admission: %s is not enrolled: %s", str(reference)[:300], error)

"""Queues work when it is due: crawls of registries, updates of the advisory database, checks of base images and of
signed statements, the purge.

Several servers may run it; one of them leads at a time. The leader is a row with a lease: a server that does not renew
it in time is replaced. Due work is queued and marked as done in one transaction, so that even two leaders at the same
moment queue nothing twice.
"""

import time
from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select, update

from careen.log import logger
from careen.safety.typed import from_json

from .connection import writing
from .fleet import BACKGROUND, Fleet
from .queue import Job
from .registries import crawl_job, due
from .rows import insert
from .tables import registry, state

log = logger(__name__)

LEASE_S = 60.0
STEP_S = 15.0
DAY_S = 24 * 3600.0
# Kinds of jobs that are due at intervals.
EVERY_S: Mapping[str, float] = {"update": DAY_S / 4, "watch": DAY_S / 4, "purge": DAY_S, "bases": DAY_S, "signed": DAY_S / 24}
MAX_AT_ONCE = 1000
_LEADER = "leader"


class Lease(Struct, frozen=True):
    holder: str
    until: float


def run(fleet: Fleet, holder: str, stop: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> None:
    """Queues due jobs until ``stop`` returns true. Errors of the database are logged, and the next round tries again."""
    while not stop():
        try:
            step(fleet, holder, time.time())
        except Exception as error:
            log.warning("the due jobs could not be queued, the next round tries again: %s: %s", type(error).__name__, error)
        sleep(STEP_S)


def step(fleet: Fleet, holder: str, now: float, every_s: Mapping[str, float] = EVERY_S) -> list[str]:
    """Queues the due jobs and returns their keys. The list is empty if another server leads."""
    with writing(fleet.engine) as connection:
        if not lead(connection, holder, now):
            return []
        jobs = [*_crawls(connection, now), *_periodic(connection, now, every_s)]
        if jobs:
            fleet.queue.add(connection, jobs)
    return [job.key for job in jobs]


def lead(connection: Connection, holder: str, now: float) -> bool:
    """Takes or renews the lead for ``LEASE_S``; returns whether this server leads."""
    mine = msgspec.json.encode(Lease(holder, now + LEASE_S))
    known = connection.execute(select(state.c.value).where(state.c.key == _LEADER)).scalar()
    if known is None:
        new = insert(connection, state).on_conflict_do_nothing(index_elements=["key"])
        return bool(connection.execute(new, {"key": _LEADER, "value": mine}).rowcount)
    lease = _lease(bytes(known))
    if lease.holder != holder and now < lease.until <= now + 2 * LEASE_S:
        return False
    taken = connection.execute(update(state).where(state.c.key == _LEADER, state.c.value == known).values(value=mine))
    return bool(taken.rowcount)


def _crawls(connection: Connection, now: float) -> list[Job]:
    """The jobs for registries that are due. Each row gets its next time at once, even if the job is lost; the crawl
    itself later sets a more precise one.
    """
    found = due(connection, now)[:MAX_AT_ONCE]
    jobs = []
    for id in found:
        moved = connection.execute(
            update(registry).where(registry.c.id == id, registry.c.next_at <= now).values(next_at=now + registry.c.every_s)
        )
        if moved.rowcount:
            jobs.append(crawl_job(id, BACKGROUND, "schedule"))
    return jobs


def _periodic(connection: Connection, now: float, every_s: Mapping[str, float]) -> list[Job]:
    jobs = []
    for kind, interval in every_s.items():
        key = f"schedule:{kind}"
        known = connection.execute(select(state.c.value).where(state.c.key == key)).scalar()
        next_at = _number(bytes(known)) if known is not None else 0.0
        if now < next_at <= now + interval:
            continue
        value = msgspec.json.encode(now + interval)
        if known is None:
            new = insert(connection, state).on_conflict_do_nothing(index_elements=["key"])
            changed = connection.execute(new, {"key": key, "value": value})
        else:
            changed = connection.execute(update(state).where(state.c.key == key, state.c.value == known).values(value=value))
        if changed.rowcount:
            jobs.append(Job(kind, kind, b"", BACKGROUND, "schedule"))
    return jobs


def _lease(data: bytes) -> Lease:
    try:
        return from_json(data, Lease)
    except msgspec.MsgspecError:
        return Lease("", 0.0)


def _number(data: bytes) -> float:
    try:
        return from_json(data, float)
    except msgspec.MsgspecError:
        return 0.0

"""A worker: runs the jobs of the queue, and at intervals the fleet's maintenance."""

import os
import platform
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from sqlalchemy import delete

from careen.config import Settings
from careen.log import logger

from . import (
    advisories,
    base_tags,
    crawl,
    enrolment,
    images,
    layers,
    project_verdicts,
    purge,
    registries,
    schedule,
    signed_statements,
    spool,
)
from .connection import in_log, is_sqlite, writing
from .failures import shown
from .fleet import Fleet
from .notifications import sending, watching
from .queue import Handler
from .rows import insert
from .start import opened
from .tables import worker

log = logger(__name__)

BEAT_S = 2.0
WAKE_S = 0.5
GONE_S = 120.0  # since its last sign of life


def run_worker(
    database: str | None,
    data: Path,
    settings: Settings,
    places: int,
    stop: Callable[[], bool],
    *,
    key_file: Path | None = None,
    store: str = "",
    cache: Path | None = None,
) -> None:
    """Opens the fleet and runs its jobs until ``stop`` returns true. Raises: UsageError, DatabaseError."""
    with opened(database, data, settings, places, key_file=key_file, store=store, cache=cache) as fleet:
        work(fleet, places, stop)


def work(fleet: Fleet, places: int, stop: Callable[[], bool]) -> None:
    """Runs jobs until ``stop`` returns true. Jobs that are running then are finished, but those of layers release the
    layers that they have not read.
    """
    name = f"{platform.node()}-{os.getpid()}-{secrets.token_hex(3)}"
    ended = threading.Event()
    beside = [threading.Thread(target=each, args=(fleet, name, ended), daemon=True) for each in (_keep_going, sending.work)]
    for thread in beside:
        thread.start()
    try:
        if is_sqlite(fleet.engine):
            with ThreadPoolExecutor(places, thread_name_prefix="job") as pool:
                running = [pool.submit(fleet.queue.work, handlers(fleet, name, stop), name, stop) for _ in range(places)]
                while wait(running, WAKE_S).not_done:
                    pass  # this thread wakes up at intervals, so that Python handles signals that another thread received
                for each in running:
                    each.result()
        else:
            fleet.queue.work(handlers(fleet, name, stop), name, stop)
    finally:
        ended.set()
        for thread in beside:
            thread.join()
        with writing(fleet.engine) as connection:
            connection.execute(delete(worker).where(worker.c.id == name))


def handlers(fleet: Fleet, name: str, stop: Callable[[], bool] = lambda: False) -> Mapping[str, Handler]:
    return {kind: shown(fleet.settings, handler) for kind, handler in _handlers(fleet, name, stop).items()}


def _handlers(fleet: Fleet, name: str, stop: Callable[[], bool]) -> Mapping[str, Handler]:
    return {
        "open": lambda job: enrolment.open_enrolled(fleet, job),
        "prove": lambda job: enrolment.prove(fleet, job),
        "upload": lambda job: images.join_upload(fleet, job),
        "read": lambda job: layers.read(fleet, job, name, stop),
        "join": lambda job: images.join(fleet, job),
        "verdict": lambda job: images.decide(fleet, job),
        project_verdicts.KIND: lambda job: project_verdicts.decide(fleet, job),
        "crawl": lambda job: crawl.crawl(fleet, registries.registry_of(job)),
        "update": lambda job: advisories.update(fleet, job),
        "rematch": lambda job: advisories.assess_again(fleet, job),
        "purge": lambda job: _purge(fleet),
        "bases": lambda job: base_tags.check(fleet, job),
        "signed": lambda job: signed_statements.check(fleet, job),
        "watch": lambda job: watching.watch(fleet),
    }


def _periods(fleet: Fleet) -> Mapping[str, float]:
    """The intervals of periodic jobs by kind, without those that the settings switch off."""
    periods = dict(schedule.EVERY_S)
    never = set[str]()
    if fleet.settings.refresh == "never":
        never = {"update", "bases", "signed"}
        periods["rematch"] = periods["update"]  # advisories become too old with time
    if fleet.settings.vex_trust is None:
        never.add("signed")
    return {kind: every_s for kind, every_s in periods.items() if kind not in never}


def _purge(fleet: Fleet) -> None:
    log.info("purged: %s", purge.purge(fleet, purge.Retention()))


def _keep_going(fleet: Fleet, name: str, ended: threading.Event) -> None:
    row = {"id": name, "host": platform.node(), "started_at": time.time(), "beat_at": time.time()}
    step_at, database = 0.0, None
    while True:
        try:
            _beat(fleet, row)
            layers.feed(fleet)
            if time.monotonic() >= step_at:
                layers.sweep(fleet)
                schedule.step(fleet, name, time.time(), _periods(fleet))
                database = advisories.notice(fleet, database)
                images.queue_verdicts(fleet)
                project_verdicts.queue(fleet)
                spool.forget_old(fleet)
                step_at = time.monotonic() + schedule.STEP_S
        except Exception as error:  # the database may not answer: the next round tries again
            what = "this round of upkeep (heartbeat, due jobs, lost layers) failed, the next one tries again"
            log.warning("%s: %s", what, in_log(error))
            log.debug("this round of upkeep failed", exc_info=True)
        if ended.wait(BEAT_S):
            return


def _beat(fleet: Fleet, row: dict[str, object]) -> None:
    now = time.time()
    with writing(fleet.engine) as connection:
        connection.execute(delete(worker).where(worker.c.beat_at < now - GONE_S))
        here = {**row, "beat_at": now}
        connection.execute(insert(connection, worker).on_conflict_do_update(index_elements=["id"], set_={"beat_at": now}), here)

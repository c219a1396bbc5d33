"""A queue in a table of the fleet's SQLite database, for a server without further workers.

A worker claims a job with a lease and renews it. A job whose worker died is claimed again. Background jobs may occupy
all but one of a worker's places, so that users never wait for them.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, exists, func, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from careen.fleet.connection import in_log, writing
from careen.fleet.tables import job
from careen.log import logger

from . import BACKGROUND, MAX_TRIES, Handler, Job, RetryError, Waiting, pause_s, why_it_waits

log = logger(__name__)

LEASE_S = 60.0
LOOK_S = 0.1  # between look-ups in an empty queue


class EmbeddedQueue:
    """A queue in SQLite. ``places``: how many jobs run at a time, over all workers of this database."""

    def __init__(self, engine: Engine, places: int) -> None:
        self._engine = engine
        self._cap = max(1, places - 1)

    def add(self, connection: Connection, jobs: Sequence[Job]) -> None:
        now = time.time()
        rows = [
            {
                "kind": each.kind,
                "key": each.key,
                "payload": each.payload,
                "lane": each.lane,
                "owner": each.owner,
                "state": "waiting",
                "queued_at": now,
                "run_at": each.run_at,
            }
            for each in jobs
        ]
        if not rows:
            return
        new = insert(job)
        faster = {"lane": func.min(job.c.lane, new.excluded.lane), "run_at": func.min(job.c.run_at, new.excluded.run_at)}
        connection.execute(
            new.on_conflict_do_update(index_elements=["key"], index_where=text("state = 'waiting'"), set_=faster), rows
        )

    def work(self, handlers: Mapping[str, Handler], worker: str, stop: Callable[[], bool]) -> None:
        while not stop():
            try:
                is_idle = not self._work(handlers, worker)
            except SQLAlchemyError as error:  # another process writes for long; a job that ran meanwhile runs again
                log.warning("the queue does not answer, and is tried again: %s", in_log(error))
                is_idle = True
            if is_idle:
                time.sleep(LOOK_S)

    def waiting(self, connection: Connection, limit: int = 100) -> list[Waiting]:
        now = time.time()
        rows = connection.execute(select(job).order_by(job.c.state, job.c.lane, job.c.queued_at, job.c.id).limit(limit))
        running = self._running(connection)
        return [
            Waiting(
                row.id,
                row.kind,
                row.key,
                row.lane,
                row.owner,
                row.state,
                now - row.queued_at,
                row.tries,
                why_it_waits(row.state, row.lane, row.run_at - now, row.reason, running >= self._cap),
            )
            for row in rows
        ]

    def depth(self, connection: Connection) -> dict[int, int]:
        counted = select(job.c.lane, func.count()).where(job.c.state == "waiting").group_by(job.c.lane)
        return dict(connection.execute(counted).all())

    def cancel(self, connection: Connection, job_id: int) -> bool:
        gone = delete(job).where(job.c.id == job_id, job.c.state == "waiting")
        return connection.execute(gone).rowcount == 1

    def reset(self) -> None:
        """Releases all running jobs. It is called at the start of a server without further workers: their processes
        have ended.
        """
        with writing(self._engine) as connection:
            self._release(connection, job.c.state == "running")

    def _work(self, handlers: Mapping[str, Handler], worker: str) -> bool:
        """Runs one job; returns whether there was one."""
        claimed = self._claim(worker)
        if claimed is None:
            return False
        number, each, tries = claimed
        with self._renewed(number, worker):
            self._run(number, each, tries, handlers[each.kind])
        return True

    def _claim(self, worker: str) -> tuple[int, Job, int] | None:
        now = time.time()
        ready = (job.c.state == "waiting") & (job.c.run_at <= now)
        lost = (job.c.state == "running") & (job.c.lease_until < now)
        with self._engine.connect() as connection:  # reading needs no write lock while the queue is empty
            if not connection.execute(select(exists().where(ready | lost))).scalar():
                return None
            has_lost = connection.execute(select(exists().where(lost))).scalar()
        with writing(self._engine) as connection:
            if has_lost:
                self._release(connection, lost)
            if self._running(connection) >= self._cap:
                ready &= job.c.lane < BACKGROUND
            first = select(job.c.id).where(ready).order_by(job.c.lane, job.c.queued_at, job.c.id).limit(1)
            taken = (
                update(job)
                .where(job.c.id == first.scalar_subquery())
                .values(state="running", started_at=now, lease_until=now + LEASE_S, worker_id=worker)
                .returning(job)
            )
            row = connection.execute(taken).first()
        if row is None:
            return None
        return row.id, Job(row.kind, row.key, row.payload, row.lane, row.owner), row.tries

    def _running(self, connection: Connection) -> int:
        counted = select(func.count()).where(job.c.state == "running", job.c.lane >= BACKGROUND)
        return connection.execute(counted).scalar_one()

    def _release(self, connection: Connection, which: object) -> None:
        """Sets these jobs to waiting again. A job whose key already waits is deleted."""
        again = job.alias()
        duplicate = exists().where(again.c.key == job.c.key, again.c.state == "waiting")
        connection.execute(delete(job).where(which, duplicate))  # type: ignore[arg-type]
        connection.execute(
            update(job).where(which).values(state="waiting", tries=job.c.tries + 1, reason="its worker ended")  # type: ignore[arg-type]
        )

    def _run(self, number: int, each: Job, tries: int, handler: Handler) -> None:
        try:
            handler(each)
        except RetryError as error:
            self._again(number, str(error), error.after_s)
        except Exception as error:
            log.warning("the job %s failed: %s: %s", each.key, type(error).__name__, error)
            log.debug("the job %s failed", each.key, exc_info=True)
            if tries + 1 < MAX_TRIES:
                self._again(number, str(error), pause_s(tries) * random.uniform(0.5, 1.5))  # noqa: S311
            else:
                self._end(number)
        else:
            self._end(number)

    def _again(self, number: int, reason: str, after_s: float) -> None:
        with writing(self._engine) as connection:
            self._release(connection, job.c.id == number)
            connection.execute(update(job).where(job.c.id == number).values(reason=reason[:1000], run_at=time.time() + after_s))

    def _end(self, number: int) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(job).where(job.c.id == number))

    @contextmanager
    def _renewed(self, number: int, worker: str) -> Iterator[None]:
        """Renews the lease of a job from another thread while the block runs."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(LEASE_S / 3):
                mine = (job.c.id == number) & (job.c.worker_id == worker)
                try:
                    with writing(self._engine) as connection:
                        connection.execute(update(job).where(mine).values(lease_until=time.time() + LEASE_S))
                except SQLAlchemyError as error:  # the next round tries again, before the lease ends
                    log.warning("the lease of the job %d was not renewed: %s", number, in_log(error))

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

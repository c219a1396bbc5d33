"""Procrastinate on PostgreSQL, for a fleet with several workers. No other module uses this engine directly.

Jobs are deleted when they end, because finished ones slow the start of every worker. They use no locks of the engine,
because look-ups behind a crowded lock are slow. One worker of each process serves only the lanes of users and pushes,
so that background jobs never take all places. Jobs of dead workers are released when their heartbeats stop.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import procrastinate
import psycopg
from sqlalchemy import Connection, Engine, text

from careen.fleet.connection import writing
from careen.log import logger

from . import BACKGROUND, MAX_TRIES, Handler, Job, RetryError, Waiting, pause_s, why_it_waits

log = logger(__name__)

LANES = ("person", "push", "background")
SILENT_S = 45.0  # a worker without a heartbeat for so long counts as dead
LOOK_S = 1.0
RECONNECT_S = 2.0

_ADD = text("""
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args, scheduled_at)
    VALUES (:queue, 'careen', :priority, :key, CAST(:args AS jsonb), to_timestamp(CAST(:run_at AS double precision)))
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET
        queue_name = CASE WHEN excluded.priority > procrastinate_jobs.priority
                     THEN excluded.queue_name ELSE procrastinate_jobs.queue_name END,
        priority = greatest(excluded.priority, procrastinate_jobs.priority),
        scheduled_at = CASE WHEN excluded.scheduled_at IS NULL OR procrastinate_jobs.scheduled_at IS NULL THEN NULL
                       ELSE least(excluded.scheduled_at, procrastinate_jobs.scheduled_at) END
""")
_DEPTH = text("SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status = 'todo' GROUP BY queue_name")
_LIST = text("""
    SELECT id, status, args, attempts, extract(epoch FROM coalesce(scheduled_at, now())) - :now AS delay_s
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing') ORDER BY status, priority DESC, id LIMIT :limit
""")
_CANCEL = text("DELETE FROM procrastinate_jobs WHERE id = :id AND status = 'todo'")
_SILENT = """
    status = 'doing' AND (worker_id IS NULL OR worker_id IN
        (SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => :silent_s)))
"""
_DROP_LOST = text(f"""
    DELETE FROM procrastinate_jobs AS lost WHERE {_SILENT} AND EXISTS
        (SELECT 1 FROM procrastinate_jobs AS other WHERE other.queueing_lock = lost.queueing_lock AND other.status = 'todo')
""")  # noqa: S608
_RELEASE_LOST = text(f"UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE {_SILENT}")  # noqa: S608


class PostgresQueue:
    """A queue in PostgreSQL. ``places``: how many jobs run at a time in one worker."""

    def __init__(self, engine: Engine, places: int) -> None:
        self._engine, self._places = engine, places

    def install(self) -> None:
        """Creates the engine's own tables if they do not exist."""
        with writing(self._engine) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(7236510)"))
            if connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is None:
                schema = procrastinate.schema.SchemaManager.get_schema()
                connection.exec_driver_sql(schema.replace("%", "%%"))

    def add(self, connection: Connection, jobs: Sequence[Job]) -> None:
        rows = [_row(each) for each in sorted(jobs, key=lambda each: each.key)]  # all in the same order, against deadlocks
        if rows:
            connection.execute(_ADD, rows)

    def work(self, handlers: Mapping[str, Handler], worker: str, stop: Callable[[], bool]) -> None:
        with ThreadPoolExecutor(self._places + 1, thread_name_prefix="job") as pool:
            asyncio.run(self._work(handlers, worker, stop, pool))

    def waiting(self, connection: Connection, limit: int = 100) -> list[Waiting]:
        now = time.time()
        found = []
        for row in connection.execute(_LIST, {"now": now, "limit": limit}):
            args, state = row.args, "waiting" if row.status == "todo" else "running"
            why = why_it_waits(state, args["lane"], float(row.delay_s), args.get("reason", ""), False)
            age = now - args["queued_at"]
            found.append(
                Waiting(row.id, args["kind"], args["key"], args["lane"], args["owner"], state, age, args["tries"], why)
            )
        return found

    def depth(self, connection: Connection) -> dict[int, int]:
        return {LANES.index(name): count for name, count in connection.execute(_DEPTH) if name in LANES}

    def cancel(self, connection: Connection, job_id: int) -> bool:
        return connection.execute(_CANCEL, {"id": job_id}).rowcount == 1

    def release_lost(self, silent_s: float = SILENT_S) -> None:
        """Sets the jobs of dead workers to waiting again. A job whose key already waits is deleted."""
        with writing(self._engine) as connection:
            connection.execute(_DROP_LOST, {"silent_s": silent_s})
            connection.execute(_RELEASE_LOST, {"silent_s": silent_s})

    async def _work(
        self, handlers: Mapping[str, Handler], worker: str, stop: Callable[[], bool], pool: ThreadPoolExecutor
    ) -> None:
        ended = asyncio.ensure_future(_until(stop))
        while not ended.done():
            try:
                await self._listen(handlers, worker, ended, pool)
            except Exception as error:  # the database does not answer: try again until it does
                log.warning("the queue does not answer, and is tried again: %s", error.__cause__ or error)
                log.debug("the queue does not answer", exc_info=True)
                await asyncio.wait((ended,), timeout=RECONNECT_S)

    async def _listen(
        self, handlers: Mapping[str, Handler], worker: str, ended: "asyncio.Future[None]", pool: ThreadPoolExecutor
    ) -> None:
        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4, configure=_without_transactions)
        app = procrastinate.App(connector=connector)

        @app.task(name="careen")
        async def run(**args: Any) -> None:
            await asyncio.get_running_loop().run_in_executor(pool, self._run, args, handlers)

        async with app.open_async():
            options: dict[str, Any] = {
                "delete_jobs": "always",
                "fetch_job_polling_interval": LOOK_S,
                "install_signal_handlers": False,
            }
            everything = app.run_worker_async(queues=list(LANES), name=worker, concurrency=max(1, self._places - 1), **options)
            people = app.run_worker_async(queues=list(LANES[:BACKGROUND]), name=worker, concurrency=1, **options)
            listeners = [asyncio.ensure_future(each) for each in (everything, people, self._release_from_time_to_time())]
            try:
                done, _ = await asyncio.wait((*listeners, ended), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for listener in listeners:
                    listener.cancel()  # workers wait for their running jobs before they end
                await asyncio.gather(*listeners, return_exceptions=True)
            for finished in done - {ended}:
                finished.result()  # raises the exception that ended it

    async def _release_from_time_to_time(self) -> None:
        while True:  # beside the first job: it reads what is left of the rows of all jobs that were done since a vacuum
            await asyncio.to_thread(self.release_lost)
            await asyncio.sleep(SILENT_S / 3)

    def _run(self, args: dict[str, Any], handlers: Mapping[str, Handler]) -> None:
        each = Job(args["kind"], args["key"], args["payload"].encode(), args["lane"], args["owner"])
        try:
            handlers[each.kind](each)
        except RetryError as error:
            self._again(each, args, str(error), error.after_s)
        except Exception as error:
            log.warning("the job %s failed: %s: %s", each.key, type(error).__name__, error)
            log.debug("the job %s failed", each.key, exc_info=True)
            if args["tries"] + 1 < MAX_TRIES:
                self._again(each, args, str(error), pause_s(args["tries"]) * random.uniform(0.5, 1.5))  # noqa: S311

    def _again(self, each: Job, args: dict[str, Any], reason: str, after_s: float) -> None:
        later = Job(each.kind, each.key, each.payload, each.lane, each.owner, time.time() + after_s)
        with writing(self._engine) as connection:
            connection.execute(_ADD, _row(later, args["tries"] + 1, reason[:1000], args["queued_at"]))


async def _without_transactions(connection: psycopg.AsyncConnection[Any]) -> None:
    """Each call of the engine is a single statement, which needs no transaction around it."""
    await connection.set_autocommit(True)


async def _until(stop: Callable[[], bool]) -> None:
    while not stop():
        await asyncio.sleep(0.2)


def _row(each: Job, tries: int = 0, reason: str = "", queued_at: float | None = None) -> dict[str, object]:
    import msgspec

    args = {
        "kind": each.kind,
        "key": each.key,
        "payload": each.payload.decode(),
        "lane": each.lane,
        "owner": each.owner,
        "tries": tries,
        "reason": reason,
        "queued_at": queued_at or time.time(),
    }
    return {
        "queue": LANES[each.lane],
        "priority": BACKGROUND - each.lane,
        "key": each.key,
        "args": msgspec.json.encode(args).decode(),
        "run_at": each.run_at or None,
    }

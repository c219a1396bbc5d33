"""How soon a worker takes its first job after very many were done, and a person's job while all places are taken.

    python benchmarks/fleet_queue.py [--jobs 1000000] [--waiting 10000] [--postgres] [--unswept]

Prints how long a worker's process takes from its start to the end of its first job, with an empty queue and after so many
jobs, and how long a person's job waits while background jobs take all places they may. ``--unswept``: PostgreSQL has not
removed what is left of the rows of jobs that were done, as it may be right after a scan of everything.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import delete, text, update  # noqa: E402
from tests.support.postgres import postgres  # noqa: E402

from careen.config import Settings  # noqa: E402
from careen.fleet.connection import is_sqlite, writing  # noqa: E402
from careen.fleet.fleet import BACKGROUND, PERSON, Fleet  # noqa: E402
from careen.fleet.queue import Job  # noqa: E402
from careen.fleet.start import opened  # noqa: E402
from careen.fleet.tables import job  # noqa: E402

CHUNK = 10_000
STARTS = 5
PLACES = 4
BACKGROUND_S = 0.5  # a background job takes so long
ASKED = 10  # jobs of a person
NO_IMAGE = b'{"image_id":999999999}'  # whose job ends at once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--unswept", action="store_true")
    options = parser.parse_args()
    sweeping = {"autovacuum": "off"} if options.unswept else {}
    with tempfile.TemporaryDirectory() as place, postgres(**sweeping) if options.postgres else nullcontext() as server:
        address = server.database("fleet") if server else None
        with opened(address, Path(place), Settings(cache_dir=Path(place), db_max_age="off"), PLACES, alone=True) as fleet:
            result: dict[str, object] = {"start_s, with an empty queue": _starts(fleet, address, Path(place))}
            before = time.perf_counter()
            for first in range(0, options.jobs, CHUNK):
                _do(fleet, first, min(CHUNK, options.jobs - first))
            result |= {"jobs": options.jobs, "done in_s": round(time.perf_counter() - before, 1)}
            result["start_s, after them"] = _starts(fleet, address, Path(place))
            result |= _person(fleet, options.waiting)
    print(json.dumps({**result, "load": os.getloadavg()[0]}, indent=1))


def _do(fleet: Fleet, first: int, count: int) -> None:
    """Adds jobs, and has the engine begin and end them, as its workers do, but in bulk."""
    jobs = [Job("join", f"join:{number}", NO_IMAGE, BACKGROUND, "bench") for number in range(first, first + count)]
    with writing(fleet.engine) as connection:
        fleet.queue.add(connection, jobs)
    with writing(fleet.engine) as connection:
        if is_sqlite(connection):
            connection.execute(update(job).values(state="running", worker_id="bench"))
        else:
            connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'"))
    with writing(fleet.engine) as connection:
        if is_sqlite(connection):
            connection.execute(delete(job).where(job.c.state == "running"))
        else:
            connection.execute(text("SELECT procrastinate_finish_job_v1(id, 'succeeded', true) FROM procrastinate_jobs")).all()


def _starts(fleet: Fleet, address: str | None, data: Path) -> dict[str, float]:
    """Of so many processes, each alone: the fastest, the median and the slowest, and the CPU time of one."""
    taken = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for number in range(STARTS):
        with writing(fleet.engine) as connection:
            fleet.queue.add(connection, [Job("join", f"first:{number}", NO_IMAGE, PERSON, "bench")])
        (number_of_job,) = _ids(fleet, f"first:{number}")
        command = [sys.executable, "-m", "careen", "worker", "--data", str(data), "--refresh", "never"]
        began = time.perf_counter()
        process = subprocess.Popen([*command, *(["--database", address] if address else [])], stderr=subprocess.DEVNULL)
        while _is_left(fleet, number_of_job):
            time.sleep(0.01)
        taken.append(time.perf_counter() - began)
        process.terminate()
        process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / STARTS
    found = {"fastest": min(taken), "median": median(taken), "slowest": max(taken), "cpu": cpu}
    return {name: round(value, 2) for name, value in found.items()}


def _ids(fleet: Fleet, key: str) -> list[int]:
    with fleet.engine.connect() as connection:
        return [each.id for each in fleet.queue.waiting(connection, 5) if each.key == key]


def _is_left(fleet: Fleet, number: int) -> bool:
    """By its number: a list of the queue would read what is left of the rows of all jobs, and slow the worker."""
    table = "job" if is_sqlite(fleet.engine) else "procrastinate_jobs"
    with fleet.engine.connect() as connection:
        return connection.execute(text(f"SELECT 1 FROM {table} WHERE id = :id"), {"id": number}).first() is not None


def _person(fleet: Fleet, waiting: int) -> dict[str, object]:
    """How long jobs of a person wait for their start while so many background jobs wait and run."""
    with writing(fleet.engine) as connection:
        fleet.queue.add(connection, [Job("read", f"read:{number}", b"", BACKGROUND, "scan all") for number in range(waiting)])
    began: dict[str, float] = {}
    ended = threading.Event()
    handlers: dict[str, Any] = {
        "read": lambda each: time.sleep(BACKGROUND_S),
        "open": lambda each: began.setdefault(each.key, time.perf_counter()),
    }
    workers = [
        threading.Thread(target=fleet.queue.work, args=(handlers, f"bench-{number}", ended.is_set))
        for number in range(PLACES if is_sqlite(fleet.engine) else 1)
    ]
    for each in workers:
        each.start()
    time.sleep(2)
    asked: dict[str, float] = {}
    for number in range(ASKED):
        time.sleep(0.37)
        key = f"open:{number}"
        asked[key] = time.perf_counter()
        with writing(fleet.engine) as connection:
            fleet.queue.add(connection, [Job("open", key, b"", PERSON, "a person")])
    while len(began) < ASKED:
        time.sleep(0.05)
    ended.set()
    for each in workers:
        each.join()
    waited = [began[key] - asked[key] for key in asked]
    found = {"median": round(median(waited), 3), "slowest": round(max(waited), 3)}
    return {"background jobs that wait": waiting, "a person's job starts after_s": found}


if __name__ == "__main__":
    main()

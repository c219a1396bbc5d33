"""Jobs and workers of the whole service: the waiting jobs, why and for whom, and the workers."""

import time
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from starlette.responses import Response

from careen.fleet.tables import worker

from .listing import Column, exported
from .visit import Screen, Visit

JOBS = 200
WORKERS = 200
QUIET_S = 60.0  # a worker without a sign of life for so long counts as gone
LANES = ("a person waits", "a push", "background")
COLUMNS = tuple(Column(name, name) for name in ("id", "kind", "key", "lane", "owner", "state", "age_s", "tries", "why"))


class Worker(Struct, frozen=True):
    id: str
    host: str
    doing: str
    started_at: float
    beat_at: float
    is_quiet: bool


def jobs(visit: Visit) -> Response:
    found = visit.ask("list_jobs", limit=JOBS)
    if kind := visit.query.get("export"):
        return exported(kind, "Jobs", COLUMNS, iter(found["items"]))
    depth = [(lane, int(found["depth"].get(str(number), 0))) for number, lane in enumerate(LANES)]
    lane = visit.query.get("lane", "")
    items = [job for job in found["items"] if not lane or str(job["lane"]) == lane]
    oldest = max((job["age_s"] for job in found["items"] if job["state"] == "waiting"), default=None)
    return visit.render("jobs.html", items=items, depth=depth, oldest=oldest, lanes=LANES, workers=_workers(visit))


def cancel(visit: Visit) -> Response:
    visit.ask("cancel_job")
    return visit.redirect("/jobs", "cancelled")


def _workers(visit: Visit) -> list[Worker]:
    now = time.time()
    with visit.fleet.engine.connect() as connection:
        rows: Any = connection.execute(select(worker).order_by(worker.c.beat_at.desc()).limit(WORKERS))
        return [Worker(row.id, row.host, row.doing, row.started_at, row.beat_at, now - row.beat_at > QUIET_S) for row in rows]


SCREENS = (Screen("/jobs", jobs, "service"), Screen("/jobs/{job}/cancel", cancel, "service", "POST"))

"""Jobs of the whole service: those that wait, why, and for whom."""

from typing import Any

from careen.fleet.queue import Waiting
from careen.server.call import Answer, Call
from careen.server.errors import not_found


def list_jobs(call: Call) -> Answer:
    with call.reading() as connection:
        waiting = call.fleet.queue.waiting(connection, call.query["limit"])
        depth = call.fleet.queue.depth(connection)
    return Answer({"items": [_shown(job) for job in waiting], "depth": {str(lane): count for lane, count in depth.items()}})


def cancel_job(call: Call) -> Answer:
    with call.changing(call.path["job"]) as connection:
        if not call.fleet.queue.cancel(connection, call.path["job"]):
            raise not_found()
    return Answer()


def _shown(job: Waiting) -> dict[str, Any]:
    names = ("id", "kind", "key", "lane", "owner", "state", "age_s", "tries", "why")
    return {name: getattr(job, name) for name in names}


OPERATIONS = (list_jobs, cancel_job)

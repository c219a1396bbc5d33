"""The events of a project's images, and the images that run."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Row, delete, select, update

from careen.fleet.tables import agent_report, event, event_project, image, project_image
from careen.server.call import Answer, Call
from careen.server.cursors import page

BATCH = 500
Line = r"^[^\x00-\x1f\x7f]*\Z"


class Workload(Struct, frozen=True, forbid_unknown_fields=True):
    reference: Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[!-~]+\Z")]
    namespace: Annotated[str, Meta(max_length=200, pattern=Line)] = ""
    workload: Annotated[str, Meta(max_length=300, pattern=Line)] = ""
    digest: Annotated[str, Meta(max_length=150, pattern=r"^(sha256:[0-9a-f]{64})?\Z")] = ""
    privileged: bool = False


class Running(Struct, frozen=True, forbid_unknown_fields=True):
    workloads: Annotated[tuple[Workload, ...], Meta(max_length=100_000)]


def list_events(call: Call) -> Answer:
    """Lists the project's events, each with the number of the project's own images that it affects."""
    wanted = select(event, event_project.c.images.label("here"), image.c.identity)
    wanted = wanted.join(event_project, event_project.c.event_id == event.c.id).outerjoin(image, image.c.id == event.c.image_id)
    wanted = wanted.where(event_project.c.project_id == call.project)
    if call.query["kind"] is not None:
        wanted = wanted.where(event.c.kind == call.query["kind"])
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(event.c.id, True)], _event))


def set_running(call: Call, body: Running) -> Answer:
    """Replaces the list of workloads from one source, and marks the images in it as running in this project. Other projects
    that have the same images do not see it.
    """
    source = call.path["source"]
    entries = {(entry.namespace, entry.workload, entry.digest): entry for entry in body.workloads}
    rows = [
        msgspec.structs.asdict(entry) | {"project_id": call.project, "source": source, "at": call.now}
        for entry in entries.values()
    ]
    digests = sorted({entry.digest for entry in entries.values() if entry.digest})
    seen = (project_image.c.project_id == call.project, project_image.c.deleted_at.is_(None))
    known = 0
    with call.changing(source, f"{len(rows)} workloads") as connection:
        own = (agent_report.c.project_id == call.project, agent_report.c.source == source)
        connection.execute(delete(agent_report).where(*own))
        for at in range(0, len(rows), BATCH):
            connection.execute(agent_report.insert(), rows[at : at + BATCH])
        for at in range(0, len(digests), BATCH):
            reported = select(image.c.id).where(image.c.digest.in_(digests[at : at + BATCH]), image.c.kind == "image")
            running = update(project_image).where(*seen, project_image.c.image_id.in_(reported))
            known += connection.execute(running.values(runs_at=call.now)).rowcount
    return Answer({"workloads": len(rows), "known": known})


def _event(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "at", "kind", "vulnerability", "package", "severity", "identity")
    return {name: row._mapping[name] for name in names} | {"images": row.here}


OPERATIONS = (list_events, set_running)

"""Scans on request: they have priority over all other work, and their state shows what they wait for."""

from typing import Annotated, Any

from msgspec import Meta, Struct, structs
from sqlalchemy import exists, select, update

from careen.fleet import enrolment, reports
from careen.fleet.fleet import PERSON
from careen.fleet.projects import refuse_over_quota
from careen.fleet.reports import ImageState
from careen.fleet.tables import image, project_image, registry
from careen.server.call import Answer, Call
from careen.server.errors import Refused, not_found, unprocessable

from .images import row_of

Id = Annotated[int, Meta(ge=1, le=9007199254740991)]
WAITING = ("opening", "reading", "joining")


class NewScan(Struct, frozen=True, forbid_unknown_fields=True):
    reference: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[!-~]+\Z")]
    platform: Annotated[str, Meta(max_length=60, pattern=r"^[a-z0-9/._-]*\Z")] = ""
    registry: Id | None = None


def create_scan(call: Call, body: NewScan) -> Answer:
    """Enrols an image for a scan. Its row in the audit log counts for the quota before the registry is contacted, so
    that parallel requests cannot exceed the quota.
    """
    with call.changing(body.reference) as connection:
        refuse_over_quota(connection, call.project, scans=1, images=1)
        own = select(registry.c.id).where(registry.c.id == body.registry, registry.c.project_id == call.project)
        if body.registry is not None and connection.execute(own).first() is None:
            raise unprocessable("the project has no such registry", "registry")
    wanted = enrolment.Enrolment(reference=body.reference, registry_id=body.registry, platform=body.platform, lasts=True)
    identity = enrolment.enrol(call.fleet, call.project, wanted, PERSON, call.by)
    return Answer(_state(call, identity), headers={"Location": f"/api/v1/projects/{call.project}/scans/{identity}"})


def read_scan(call: Call) -> Answer:
    return Answer(_state(call, call.path["identity"]))


def cancel_scan(call: Call) -> Answer:
    """Cancels a scan for this project. It continues if another project waits for it too."""
    with call.changing(call.path["identity"]) as connection:
        row = row_of(connection, call)
        others = exists().where(
            project_image.c.image_id == row.id,
            project_image.c.project_id != call.project,
            project_image.c.deleted_at.is_(None),
        )
        waiting = update(image).where(image.c.id == row.id, image.c.state.in_(WAITING))
        if row.state not in WAITING:
            raise Refused(409, f"the scan is over: {row.state}", "over")
        connection.execute(waiting.where(~others).values(state="failed", reason=f"cancelled by {call.by}"))
        seen = (project_image.c.project_id == call.project, project_image.c.image_id == row.id)
        connection.execute(update(project_image).where(*seen).values(deleted_at=call.now))
    return Answer()


def _state(call: Call, identity: str) -> dict[str, Any]:
    found: ImageState | None = reports.state_of(call.fleet, call.project, identity)
    if found is None:
        raise not_found()
    return structs.asdict(found)


OPERATIONS = (create_scan, read_scan, cancel_scan)

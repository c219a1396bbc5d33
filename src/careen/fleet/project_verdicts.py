"""The verdicts of images by the policies of projects, for admission, which must not wait for a report.

Projects share the row of an image, which has its verdict by the server's settings. If a project has a policy that gates
apply, its verdict is stored with the project. It is valid as long as the policy and the decisions stay the same;
``rematch`` discards it when the image's findings change.
"""

import hashlib
import time
from collections.abc import Collection
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select, update

from careen.policy.overdue import counts_overdue
from careen.policy.rules import policy_of
from careen.safety.typed import from_json

from . import reports, rules
from .connection import writing
from .deadlines import deadlines_of
from .fleet import BACKGROUND, Fleet
from .queue import Job
from .tables import decision, image, policy, project_image

KIND = "decide"
MANY = 200  # images of a project that are queued at a time


class _Step(Struct, frozen=True):
    project_id: int
    image_id: int


def verdicts_of(connection: Connection, project_id: int, image_ids: Collection[int]) -> dict[int, int | None] | None:
    """The exit code of each image by the project's own policy; None if that is not decided yet. The result is None if
    the project has no policy that gates apply.
    """
    mark = mark_of(connection, project_id, time.time())
    if not mark:
        return None
    decided = select(project_image.c.image_id, project_image.c.exit_code).where(
        project_image.c.project_id == project_id, project_image.c.image_id.in_(image_ids), project_image.c.decided_by == mark
    )
    return dict.fromkeys(image_ids) | dict(connection.execute(decided).all())


def mark_of(connection: Connection, project_id: int, now: float) -> str:
    """A digest of what the verdicts of a project depend on besides the images; "" without a policy that gates apply."""
    active = rules.active_policy(connection, project_id)
    if not active.name:
        return ""
    expired = func.count().filter(decision.c.expires_at < now)
    stated = select(func.count(), func.max(decision.c.id), func.max(decision.c.revoked_at), expired)
    counted = tuple(connection.execute(stated.where(decision.c.project_id == project_id)).one())
    by_deadline = counts_overdue(policy_of(active.rules))
    day = datetime.fromtimestamp(now, UTC).date() if active.rules.grace_days or by_deadline else None
    text = repr((active.rules, deadlines_of(connection, project_id) if by_deadline else None, counted, day))
    return hashlib.sha256(text.encode()).hexdigest()


def job_of(project_id: int, image_id: int, lane: int, by: str) -> Job:
    return Job(KIND, f"{KIND}:{project_id}:{image_id}", msgspec.json.encode(_Step(project_id, image_id)), lane, by)


def queue(fleet: Fleet) -> None:
    """Queues images that a project's policy has to decide about, a limited number per call."""
    with fleet.engine.connect() as connection:
        named = select(policy.c.project_id).where(policy.c.name == rules.DEFAULT)
        marks = {number: mark_of(connection, number, time.time()) for number in connection.execute(named).scalars()}
    for number, mark in marks.items():
        undecided = select(project_image.c.image_id).join(image, image.c.id == project_image.c.image_id)
        undecided = undecided.where(
            project_image.c.project_id == number,
            project_image.c.deleted_at.is_(None),
            image.c.state == "ready",
            project_image.c.decided_by != mark,
        )
        with writing(fleet.engine) as connection:
            found = (
                connection.execute(undecided.order_by(project_image.c.decided_at, project_image.c.image_id).limit(MANY))
                .scalars()
                .all()
            )
            fleet.queue.add(connection, [job_of(number, image_id, BACKGROUND, "policy") for image_id in found])


def decide(fleet: Fleet, job: Job) -> None:
    """Handles the jobs that ``job_of`` makes: evaluates the project's policy on an image. The result counts unless the
    image was assessed again meanwhile.
    """
    asked = from_json(job.payload, _Step)
    begun = time.time()
    with fleet.engine.connect() as connection:
        mark = mark_of(connection, asked.project_id, begun)
        identity = connection.execute(select(image.c.identity).where(image.c.id == asked.image_id)).scalar()
    of_image = (
        project_image.c.project_id == asked.project_id,
        project_image.c.image_id == asked.image_id,
        project_image.c.decided_at <= begun,
    )
    with writing(fleet.engine) as connection:  # an image that fails must not come before all others again
        connection.execute(update(project_image).where(*of_image).values(decided_at=begun))
    report = reports.report_of(fleet, asked.project_id, identity) if mark and identity else None
    if report is None:
        return
    values = {"exit_code": report.verdict.exit_code, "decided_by": mark, "decided_at": begun}
    with writing(fleet.engine) as connection:
        connection.execute(update(project_image).where(*of_image).values(**values))

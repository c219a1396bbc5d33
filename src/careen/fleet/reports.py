"""The report of an image of the fleet, made from stored data. It equals the report that ``careen scan`` would write."""

import time

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, func, or_, select

from careen.model.report import Report
from careen.policy.policy import Policy
from careen.policy.rules import policy_of

from . import base_statements, decisions, images, overdue, rules, uploads
from .enrolment import ASKED_FOR, PROOF_S
from .fleet import Fleet
from .tables import image, image_layer, layer, project_image

NOT_FETCHED = "the credentials of this project did not fetch its manifest"


class ImageState(Struct, frozen=True):
    identity: str
    state: str  # opening, reading, joining, ready, failed
    reason: str
    waits: str  # what it waits for, as a sentence; "" if it is ready
    layers: int
    layers_read: int
    enrolled_at: float
    ready_at: float | None
    assessed_at: float | None


def state_of(fleet: Fleet, project_id: int | None, identity: str) -> ImageState | None:
    """The state of an image; None if it is not visible to the project. ``project_id`` None: an image of any project."""
    joined = image_layer.join(layer, layer.c.digest == image_layer.c.digest)
    with fleet.engine.connect() as connection:
        row = connection.execute(visible(project_id, identity)).first()
        if row is None:
            row = connection.execute(visible(project_id, identity, asked_for=True)).first()
            if row is None:
                return None
            if not _is_being_proven(connection, project_id, row.id):
                return ImageState(identity, "failed", NOT_FETCHED, "", 0, 0, row.enrolled_at, None, None)
            return ImageState(identity, "opening", "", _waits(row, {}, 0), 0, 0, row.enrolled_at, None, None)
        of_image = image_layer.c.image_id == row.id
        counted = select(layer.c.state, func.count()).select_from(joined).where(of_image).group_by(layer.c.state)
        by_state: dict[str, int] = dict(connection.execute(counted).all())
    layers, read = sum(by_state.values()), by_state.get("read", 0)
    waits = "" if row.state in ("ready", "failed") else _waits(row, by_state, layers - read)
    return ImageState(identity, row.state, row.reason, waits, layers, read, row.enrolled_at, row.ready_at, row.assessed_at)


def report_of(fleet: Fleet, project_id: int | None, identity: str) -> Report | None:
    """The report of an image, with today's advisories and the project's rules and decisions. None unless the image is
    ready and visible.
    """
    with fleet.engine.connect() as connection:
        row = connection.execute(visible(project_id, identity)).first()
        policy = _policy(connection, project_id, row) if project_id is not None and row is not None else None
    if row is None or row.state != "ready":
        return None
    if row.kind == "uploaded" and not row.manifest:
        return uploads.report_of(fleet, identity, policy)
    try:
        read = images.read_image(fleet, row)
    except images.LayerGoneError:
        images.read_again(fleet, row.id)
        return None
    with fleet.session() as session:
        return session.scan(read, policy=policy)


def _is_being_proven(connection: Connection, project_id: int | None, image_id: int) -> bool:
    asked = project_image.c.project_id == project_id, project_image.c.image_id == image_id
    asked_at = connection.execute(select(project_image.c.seen_at).where(*asked)).scalar()
    return asked_at is not None and asked_at > time.time() - PROOF_S


def _policy(connection: Connection, project_id: int, row: Row[tuple[object, ...]]) -> Policy | None:
    """The project's policy for an image. None if the project has neither rules nor decisions; then the server's
    settings apply.
    """
    active = rules.active_policy(connection, project_id)
    named = row.reference if row.kind == "uploaded" else ""  # an upload has no digest by which a statement could name it
    stated = decisions.statements(connection, project_id, row.identity, named=named)
    stated += base_statements.applying(connection, project_id, row.id, row.identity)
    if not active.name and not stated:
        return None
    policy = overdue.with_late(connection, project_id, policy_of(active.rules), time.time(), row.id)
    return replace(policy, vex=(*policy.vex, *stated))


def visible(project_id: int | None, identity: str, *, asked_for: bool = False) -> Select[tuple[object, ...]]:
    """Selects the image's row if the project sees it. With ``asked_for``, also if the project waits for its own fetch."""
    rows = select(image).where(image.c.identity == identity)
    if project_id is None:
        return rows
    is_seen = project_image.c.deleted_at.is_(None)
    seen = (
        select(project_image.c.image_id)
        .where(project_image.c.project_id == project_id)
        .where(or_(is_seen, project_image.c.deleted_at == ASKED_FOR) if asked_for else is_seen)
        .where(project_image.c.image_id == image.c.id)
    )
    return rows.where(seen.exists())


def _waits(row: Row[tuple[object, ...]], by_state: dict[str, int], unread: int) -> str:
    age = f"for {time.time() - row.enrolled_at:.0f} s"
    if row.reason and row.state != "ready":
        return f"it is tried again: {row.reason}"
    if row.state in ("opening", "ready"):
        return f"its manifest is to be read, {age}"
    if row.state == "joining":
        return f"its packages are to be assessed, {age}"
    running = by_state.get("claimed", 0)
    return f"{unread} of its layers are to be read, {running} of them now, {age}"

"""Projects: their settings and quotas, their use of them, and their complete deletion.

Raises: QuotaError if a project has exhausted a quota.
"""

import time
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection, Select, delete, func, select

from careen.safety.typed import from_json

from .deadlines import Deadlines
from .purge import remove_units, remove_unused_contexts
from .rows import batches
from .tables import (
    audit,
    event,
    event_project,
    image,
    image_layer,
    image_unit,
    layer,
    project,
    project_image,
    registry,
    repository,
    tag_change,
    upload,
)

DAY_S = 86_400
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Bytes = Annotated[int, Meta(ge=0, le=9007199254740991)]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]

MANY = 500  # ids in one statement


class QuotaError(Exception):
    """A quota is exhausted. ``code``: scans, uploads or images."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Quotas(Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of a project. None: no limit."""

    scans_per_day: Count | None = None
    upload_bytes: Bytes | None = None
    images: Count | None = None


class ProjectSettings(Struct, frozen=True):
    """The settings of a project. Those that other modules own are kept unchanged beside them."""

    quotas: Quotas = Quotas()
    deadlines: Deadlines = Deadlines()


class Use(Struct, frozen=True):
    scans_today: int
    upload_bytes: int
    images: int


def settings_of(kept: bytes) -> ProjectSettings:
    return from_json(kept, ProjectSettings) if kept else ProjectSettings()


def with_settings(kept: bytes, settings: ProjectSettings, **others: Any) -> bytes:
    """The stored settings, with these values replaced. ``others``: keys that other modules own; the rest is kept."""
    found: dict[str, Any] = msgspec.json.decode(kept) if kept else {}
    return msgspec.json.encode(found | msgspec.to_builtins(settings) | msgspec.to_builtins(others))


def use_of(connection: Connection, project_id: int) -> Use:
    seen = (project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None))
    scans = (audit.c.project_id == project_id, audit.c.action == "create_scan", audit.c.at > time.time() - DAY_S)
    return Use(
        _number(connection, select(func.count()).select_from(audit).where(*scans)),
        _number(connection, select(func.sum(func.length(upload.c.content))).where(upload.c.project_id == project_id)),
        _number(connection, select(func.count()).select_from(project_image).where(*seen)),
    )


def refuse_over_quota(connection: Connection, project_id: int, *, scans: int = 0, stored: int = 0, images: int = 0) -> None:
    """Raises QuotaError if the project would exceed a quota by adding so many. Call it in the transaction that adds them: it
    takes a lock, so that two requests cannot both pass.
    """
    kept = connection.execute(select(project.c.settings).where(project.c.id == project_id).with_for_update()).scalar()
    quotas = settings_of(bytes(kept or b"")).quotas
    if quotas == Quotas():
        return
    use = use_of(connection, project_id)
    for code, what, limit, wanted in (
        ("scans", "scans a day", quotas.scans_per_day, use.scans_today + scans if scans else 0),
        ("uploads", "bytes of uploads", quotas.upload_bytes, use.upload_bytes + stored if stored else 0),
        ("images", "images", quotas.images, use.images + images if images else 0),
    ):
        if limit is not None and wanted > limit:
            raise QuotaError(f"quota_{code}", f"the project may have at most {limit} {what}, and would have {wanted}")


def delete_project(connection: Connection, project_id: int) -> None:
    """Deletes a project and everything that belongs to it alone: its images, their packages and layers, history and
    events. Rows that reference the project are deleted with it; the audit log stays.
    """
    own = _own_images(project_id)
    identities = select(image.c.id).where(image.c.id.in_(own))
    units = list(connection.execute(select(image_unit.c.unit_id).distinct().where(image_unit.c.image_id.in_(own))).scalars())
    layers = list(connection.execute(select(image_layer.c.digest).distinct().where(image_layer.c.image_id.in_(own))).scalars())
    repositories = select(repository.c.id).join(registry).where(registry.c.project_id == project_id)
    connection.execute(delete(tag_change).where(tag_change.c.repository_id.in_(repositories)))
    other = event_project.alias()
    others = select(other.c.event_id).where(other.c.event_id == event_project.c.event_id, other.c.project_id != project_id)
    alone = select(event_project.c.event_id).where(event_project.c.project_id == project_id, ~others.exists())
    connection.execute(delete(event).where(event.c.id.in_(alone)))
    connection.execute(delete(event).where(event.c.image_id.in_(identities)))
    connection.execute(delete(image_unit).where(image_unit.c.image_id.in_(identities)))
    gone = list(connection.execute(identities).scalars())
    connection.execute(delete(project).where(project.c.id == project_id))
    for part in batches(gone, MANY):
        connection.execute(delete(image).where(image.c.id.in_(part)))
    for part in batches(units, MANY):
        remove_units(connection, part)
    remove_unused_contexts(connection)
    for part in batches(layers, MANY):
        used = select(image_layer.c.digest).where(image_layer.c.digest.in_(part))
        connection.execute(delete(layer).where(layer.c.digest.in_(set(part) - set(connection.execute(used).scalars()))))


def _own_images(project_id: int) -> "Select[Any]":
    """The ids of the project's images that no other project has."""
    others = select(project_image.c.image_id).where(project_image.c.project_id != project_id)
    own = select(project_image.c.image_id).where(project_image.c.project_id == project_id)
    return own.where(project_image.c.image_id.not_in(others))


def _number(connection: Connection, wanted: "Select[Any]") -> int:
    return int(connection.execute(wanted).scalar() or 0)

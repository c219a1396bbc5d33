"""Enrols an image in the fleet: adds a row for it, rows for its unknown layers, and the job that reads them."""

import time

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from careen.errors import InputError, UsageError
from careen.images.names import parse_reference
from careen.log import logger
from careen.model.image import Image, ImageConfig, Layer
from careen.safety.digest import is_digest
from careen.safety.typed import from_json

from . import events, images, layers
from .connection import writing
from .fleet import BACKGROUND, Fleet, Lane
from .queue import Job
from .rows import insert, insert_rows
from .sources import Source, digest_of, open_image, registry_of, require_manifest, sealed, source_of
from .tables import image, image_layer, layer, project_image

log = logger(__name__)

PROOF_S = 3600.0  # a project whose own fetch takes longer does not get to see the image
ASKED_FOR = 0.0  # stored in place of the time of deletion: the project has requested the image, but not fetched it yet


class LayerSource(Struct, frozen=True):
    """The address of a layer that is fetched from elsewhere than the image's repository (Clair's manifests)."""

    digest: str
    uri: str
    headers: dict[str, str] = {}


class Enrolment(Struct, frozen=True):
    """A request to scan an image: either a ``reference`` that a registry resolves, or an ``identity`` with ``layers``."""

    reference: str = ""  # "registry.example/app:1", "registry.example/app@sha256:…"
    identity: str = ""  # the digest of the manifest, if the caller knows it
    registry_id: int | None = None  # the registry whose credentials fetch it
    authorization: str = ""  # an Authorization header for this image alone; stored sealed, and removed after use
    layers: tuple[LayerSource, ...] = ()
    platform: str = ""
    pushed_at: float | None = None
    lasts: bool = False  # the project keeps it, even if its tag goes: someone has named it


class _Proof(Struct, frozen=True):
    image_id: int
    project_id: int
    source: bytes


def enrol(fleet: Fleet, project_id: int, wanted: Enrolment, lane: Lane, by: str) -> str:
    """Enrols an image and returns its identity. A repeated call changes nothing, except for a faster lane.

    A tag is resolved by one request; the manifest is read by a job. Raises: InputError for a reference that cannot be
    resolved, NetworkError if its registry does not answer, UsageError for a malformed reference.
    """
    identity, source, is_proven = _resolved(fleet, project_id, wanted)
    now = time.time()
    with writing(fleet.engine) as connection:
        row = {
            "identity": identity,
            "digest": identity,
            "reference": wanted.reference,
            "platform": wanted.platform,
            "state": "opening",
            "lane": lane,
            "source": source.encoded(),
            "enrolled_at": now,
            "step_at": now,
        }
        new = insert(connection, image).on_conflict_do_nothing(index_elements=["identity"]).returning(image.c.id)
        added = connection.execute(new, row).scalar() is not None
        known = connection.execute(select(image.c.id, image.c.state).where(image.c.identity == identity)).one()
        if is_proven or wanted.layers:
            see(connection, project_id, known.id, now)
        elif not _ask_for(connection, project_id, known.id, now):
            fleet.queue.add(connection, [_proof(known.id, project_id, identity, source, lane, by)])
        if wanted.lasts:
            connection.execute(update(project_image).where(_seen_by(project_id, known.id)).values(lasts=True))
        if added:
            if wanted.layers:
                enrol_layers(fleet, connection, known.id, _image_of_layers(wanted, identity), source, lane, by)
            else:
                fleet.queue.add(connection, [images.open_job(known.id, lane, identity, by)])
        elif known.state != "ready":
            _again(fleet, connection, known.id, known.state, identity, source, lane, by)
    if known.state != "ready":
        images.join_image(fleet, known.id)
    return identity


def see(connection: Connection, project_id: int, image_id: int, now: float) -> None:
    """Makes the image visible to the project, whose own credentials have fetched it. If it is ready already, because
    another project has it or the fetch took longer, that is an event for the project.
    """
    locked = select(image.c.state).where(image.c.id == image_id).with_for_update(read=True)  # it may become ready just now
    state = connection.execute(locked).scalar()
    is_seen = select(project_image.c.image_id).where(_seen_by(project_id, image_id), project_image.c.deleted_at.is_(None))
    was_hidden = connection.execute(is_seen).first() is None
    row = {"project_id": project_id, "image_id": image_id, "seen_at": now, "deleted_at": None}
    new = insert(connection, project_image)
    connection.execute(
        new.on_conflict_do_update(index_elements=["project_id", "image_id"], set_={"deleted_at": None, "seen_at": now}), row
    )
    if was_hidden and state == "ready":
        events.after_ready(connection, image_id, project_id)


def prove(fleet: Fleet, job: Job) -> None:
    """Handles jobs that show an image to a project which has named its digest. The project's own credentials have to
    fetch the manifest first; otherwise the image stays hidden from it.
    """
    asked = from_json(job.payload, _Proof)
    try:
        require_manifest(fleet, source_of(asked.source))
    except InputError as error:
        log.info("project %d does not see the image %d: %s", asked.project_id, asked.image_id, error)
        waiting = update(project_image).where(
            _seen_by(asked.project_id, asked.image_id), project_image.c.deleted_at == ASKED_FOR
        )
        with writing(fleet.engine) as connection:
            connection.execute(waiting.values(seen_at=0.0))
        return
    with writing(fleet.engine) as connection:
        see(connection, asked.project_id, asked.image_id, time.time())


def open_enrolled(fleet: Fleet, job: Job) -> None:
    """Handles the jobs that ``enrol`` adds: reads the manifest, and queues the layers that are not read yet."""
    number = from_json(job.payload, images.Step).image_id
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image).where(image.c.id == number)).first()
    if row is None or row.state != "opening":
        return
    images.note_start(fleet, row)
    source = source_of(bytes(row.source))
    try:
        opened = open_image(fleet, source)
        with writing(fleet.engine) as connection:
            enrol_layers(fleet, connection, number, opened, source, row.lane, job.owner)
    except Exception as error:
        lasting = isinstance(error, (InputError, UsageError))
        if images.note_failure(fleet, number, "opening", row.tries, error, lasting=lasting):
            return
        raise
    images.join_image(fleet, number)


def _ask_for(connection: Connection, project_id: int, image_id: int, now: float) -> bool:
    """Stores that the project waits for its own fetch of the image. Returns whether the project sees the image already."""
    row = {"project_id": project_id, "image_id": image_id, "seen_at": now, "deleted_at": ASKED_FOR}
    new = insert(connection, project_image)
    again = {"seen_at": now, "deleted_at": ASKED_FOR}
    hidden = project_image.c.deleted_at.is_not(None)
    keys = ["project_id", "image_id"]
    connection.execute(new.on_conflict_do_update(index_elements=keys, set_=again, where=hidden), row)
    return connection.execute(select(project_image.c.deleted_at).where(_seen_by(project_id, image_id))).scalar() is None


def _seen_by(project_id: int, image_id: int) -> ColumnElement[bool]:
    return and_(project_image.c.project_id == project_id, project_image.c.image_id == image_id)


def _proof(number: int, project_id: int, identity: str, source: Source, lane: int, by: str) -> Job:
    payload = msgspec.json.encode(_Proof(number, project_id, source.encoded()))
    return Job("prove", f"prove:{project_id}:{identity}", payload, lane, by)


def _resolved(fleet: Fleet, project_id: int, wanted: Enrolment) -> tuple[str, Source, bool]:
    """Resolves the request: the digest, its source, and whether the project's own credentials have just been used for
    it.
    """
    login = sealed(fleet, wanted.authorization)
    if wanted.layers:
        if not is_digest(wanted.identity.removeprefix(f"clair:{project_id}:")):
            raise UsageError(f"{wanted.identity[:100]!r} is not a digest", "name the manifest by its digest")
        return wanted.identity, Source(platform=wanted.platform), True
    name = parse_reference(wanted.reference)
    number = wanted.registry_id
    if number is None and not login:
        with fleet.engine.connect() as connection:
            number = registry_of(connection, project_id, name)
    source = Source(wanted.reference, number, wanted.platform, login)
    digest = wanted.identity or name.digest or digest_of(fleet, source)
    if not is_digest(digest):
        raise UsageError(f"{digest[:100]!r} is not a digest", "name the manifest by its digest")
    is_proven = not wanted.identity and not name.digest
    tag = "" if name.digest else wanted.reference
    return digest, replace(source, reference=f"{name.registry}/{name.repository}@{digest}", tag=tag), is_proven


def _image_of_layers(wanted: Enrolment, identity: str) -> Image:
    def unopened() -> None:
        raise InputError("the layer is opened by its own address")

    found = tuple(
        Layer(index, each.digest, "", 0, "", unopened)  # type: ignore[arg-type]
        for index, each in enumerate(wanted.layers)
    )
    return Image(wanted.reference or identity, "image", identity, None, ImageConfig(), found, wanted.reference)


def enrol_layers(fleet: Fleet, connection: Connection, number: int, opened: Image, source: Source, lane: int, by: str) -> None:
    """Stores the layers of the image. New layers, and layers read by other readers than today's, get the state
    ``waiting``. In a lane other than the background, they are queued at once.
    """
    now = time.time()
    readers = layers.readers_of(fleet)
    if opened.layers:
        rows = [{"image_id": number, "position": each.index, "digest": each.digest} for each in opened.layers]
        insert_rows(connection, insert(connection, image_layer).on_conflict_do_nothing(), rows)
        new = insert(connection, layer)
        is_unread = (layer.c.state != "read") | (layer.c.read_by != readers)
        outdated = or_(layer.c.state == "read", layer.c.state == "failed") & (layer.c.read_by != readers)
        state = case((outdated, "waiting"), else_=layer.c.state)
        faster = {
            "lane": case((layer.c.lane > new.excluded.lane, new.excluded.lane), else_=layer.c.lane),
            "state": state,
            "source": new.excluded.source,
            "tries": case((outdated, 0), else_=layer.c.tries),
        }
        unique = {each.digest: each for each in opened.layers if not each.unread}
        found = [
            {
                "digest": digest,
                "size_bytes": each.size_bytes,
                "state": "waiting",
                "lane": lane,
                "source": source.encoded(),
                "enrolled_at": now,
            }
            for digest, each in sorted(unique.items())
        ]
        insert_rows(connection, new.on_conflict_do_update(index_elements=["digest"], set_=faster, where=is_unread), found)
    connection.execute(
        update(image)
        .where(image.c.id == number)
        .values(
            state="reading",
            reason="",
            manifest=images.encoded(opened),
            platform=str(opened.platform or ""),
            size_bytes=sum(max(0, each.size_bytes) for each in opened.layers),
            created=opened.config.created or "",
        )
    )
    if lane < BACKGROUND:
        _queue_layers(fleet, connection, number, lane, by)


def _queue_layers(fleet: Fleet, connection: Connection, number: int, lane: int, by: str) -> None:
    """Queues the image's unread layers for this lane. If a job of another lane also has a layer, the first one to reach
    it reads it.
    """
    of_image = select(image_layer.c.digest).where(image_layer.c.image_id == number)
    unread = select(layer.c.digest, layer.c.size_bytes).where(
        layer.c.digest.in_(of_image), layer.c.state.in_(("waiting", "queued"))
    )
    wanted = [(row.digest, row.size_bytes) for row in connection.execute(unread.order_by(layer.c.digest))]
    layers.mark_queued(connection, (digest for digest, _ in wanted))
    fleet.queue.add(connection, layers.jobs_for(wanted, lane, by))


def _again(
    fleet: Fleet, connection: Connection, number: int, state: str, identity: str, source: Source, lane: int, by: str
) -> None:
    """Enrols a known image again: a waiting image gets the faster lane, a failed one is tried again, and is read from
    ``source``. Its earlier source may have failed for good: a registry that was removed, or credentials that expired.
    """
    faster = case((image.c.lane > lane, lane), else_=image.c.lane)
    if state == "failed":
        of_image = select(image_layer.c.digest).where(image_layer.c.image_id == number)
        unread = (layer.c.digest.in_(of_image), layer.c.state.in_(("waiting", "queued", "failed")))
        waiting = case((layer.c.state == "failed", "waiting"), else_=layer.c.state)
        connection.execute(update(layer).where(*unread).values(state=waiting, tries=0, source=source.encoded()))
        has_manifest = func.length(image.c.manifest) > 0
        again = {"state": case((has_manifest, "reading"), else_="opening"), "tries": 0, "reason": "", "lane": faster}
        connection.execute(update(image).where(image.c.id == number).values(**again, source=source.encoded()))
        state = connection.execute(select(image.c.state).where(image.c.id == number)).scalar_one()
    else:
        connection.execute(update(image).where(image.c.id == number).values(lane=faster))
    if state == "opening":
        fleet.queue.add(connection, [images.open_job(number, lane, identity, by)])
    elif state == "reading" and lane < BACKGROUND:
        _queue_layers(fleet, connection, number, lane, by)
    elif state == "joining":
        fleet.queue.add(connection, [images.join_job(number, lane, identity)])

"""Joins an image when all of its layers are read, and stores the results.

Its packages become units (``units``), which images share. Only units that no earlier image has are assessed
(``joined``); later updates change their verdicts. The image's row contains everything that lists, searches and gates
need.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, Select, exists, select, update

from careen.errors import DatabaseError
from careen.log import logger
from careen.model.image import Image, ImageConfig, Layer, Platform
from careen.model.inventory import Inventory
from careen.safety.typed import from_json, from_msgpack

from . import events, image_counts, image_secrets, rematch, units, uploads
from .conditions import has_layers
from .connection import writing, writing_once
from .failures import FailedError, reason_of
from .fleet import Fleet
from .joined import Scanned, scanned
from .progress import progress_of
from .queue import Job
from .rows import among, batches
from .sources import Source, open_layer, source_of
from .summary import summary_of
from .tables import image, image_layer, layer

log = logger(__name__)

TRIES = 3
MANY = 500  # ids in one statement
LOST_S = 180.0  # an image without any progress for so long gets a new job
UNDECIDED_S = 30.0  # an image whose gates have not decided for so long, too


class LayerGoneError(Exception):
    """The content of a layer is no longer in the store."""


class Step(Struct, frozen=True):
    """The payload of an image's jobs: the number of the image."""

    image_id: int


class _Layer(Struct, frozen=True, array_like=True):
    digest: str
    diff_id: str
    size_bytes: int
    created_by: str
    unread: str = ""


class _Saved(Struct, frozen=True, array_like=True):
    """An opened image without its layers' content. ``tag`` is the requested tag; "" if it was requested by digest."""

    reference: str
    kind: str
    digest: str
    platform: Platform | None
    config: ImageConfig
    layers: tuple[_Layer, ...]
    opened: str
    tag: str = ""


def encoded(opened: Image) -> bytes:
    layers = tuple(_Layer(each.digest, each.diff_id, each.size_bytes, each.created_by, each.unread) for each in opened.layers)
    of_image = (opened.reference, opened.kind, opened.digest, opened.platform, opened.config)
    return msgspec.msgpack.encode(_Saved(*of_image, layers, opened.opened, opened.tag))


def read_image(fleet: Fleet, row: Any) -> tuple[Image, Inventory]:
    """The image of a row of ``image``, and its inventory. Its layers can still be opened, because the search for
    origins and the second look read some of their files.
    Raises: LayerGoneError if the store has lost a layer's content. Only ``layers`` reads a layer as a whole.
    """
    opened = image_of(fleet, bytes(row.manifest), source_of(bytes(row.source)))
    closed = replace(opened, layers=tuple(replace(each, open=_gone, reopen=each.open) for each in opened.layers))
    with fleet.session() as session:
        _, inventory = session.inventory_of(closed)
    return opened, inventory


def image_of(fleet: Fleet, data: bytes, source: Source) -> Image:
    saved = from_msgpack(data, _Saved)

    def layer_of(index: int, each: _Layer) -> Layer:
        def opened() -> BinaryIO:
            return open_layer(fleet, source, each.digest, each.size_bytes)

        return Layer(index, each.digest, each.diff_id, each.size_bytes, each.created_by, opened, unread=each.unread)

    layers = tuple(layer_of(index, each) for index, each in enumerate(saved.layers))
    return Image(saved.reference, saved.kind, saved.digest, saved.platform, saved.config, layers, saved.opened, saved.tag)


def join_ready(fleet: Fleet, digests: Sequence[str] | None) -> None:
    """Queues the join of images that contain these layers (None: any layers), if all their layers are read. Images with
    a failed layer fail.

    It runs in its own transaction after the layers are committed, so that the process that commits the last one sees
    them all.
    """
    from .layers import readers_of

    reading = select(image.c.id, image.c.lane, image.c.identity).where(image.c.state == "reading")
    with writing(fleet.engine) as connection:
        if digests is None:
            of_image = image_layer.join(layer, layer.c.digest == image_layer.c.digest)
            layers = select(layer.c.digest).select_from(of_image).where(image_layer.c.image_id == image.c.id)
            unread = layers.where((layer.c.state != "read") | (layer.c.read_by != readers_of(fleet))).exists()
            failed = layers.where(layer.c.state == "failed").exists()
            settled = reading.where(failed | ~unread).limit(MANY)
            _settle(fleet, connection, list(connection.execute(settled)))
            return
        for some in batches(digests, MANY):
            has_one = exists().where(image_layer.c.image_id == image.c.id, image_layer.c.digest.in_(some))
            _settle(fleet, connection, list(connection.execute(reading.where(has_one))))


def join_image(fleet: Fleet, number: int) -> None:
    """Queues the join of one image, or fails it, as ``join_ready`` does. It is called after enrolment, because all
    layers may have been read for other images already.
    """
    reading = select(image.c.id, image.c.lane, image.c.identity).where(image.c.id == number, image.c.state == "reading")
    with fleet.engine.connect() as connection:
        unread = {state for _, _, state, _ in connection.execute(_unread(fleet, image_layer.c.image_id == number))}
    if unread and "failed" not in unread:
        return  # whoever commits the last layer joins the image
    with writing(fleet.engine) as connection:
        _settle(fleet, connection, list(connection.execute(reading)))


def join(fleet: Fleet, job: Job) -> None:
    """Handles the jobs that ``join_ready`` queues: joins an image."""
    number = from_json(job.payload, Step).image_id
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image).where(image.c.id == number)).first()
    if row is None or row.state != "joining" or not row.manifest or _ends_its_worker(fleet, row):
        return
    with _joining(fleet, row):
        keep(fleet, number, scanned(fleet, *read_image(fleet, row)))


def join_upload(fleet: Fleet, job: Job) -> None:
    """Handles the jobs that ``uploads.store`` queues: assesses an uploaded SBOM or report."""
    identity = uploads.identity_of(job)
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image).where(image.c.identity == identity)).first()
    if row is None or row.state != "joining" or _ends_its_worker(fleet, row):
        return
    with _joining(fleet, row):
        found = uploads.assessed(fleet, identity, row.reference)
        if found is not None:
            keep(fleet, row.id, found)


@contextmanager
def _joining(fleet: Fleet, row: Row[Any]) -> Iterator[None]:
    """Marks the image as being worked on while the block runs, and stores why it failed. An exception is raised again,
    unless this was the last try. The try is counted before, because the process may end in it.
    """
    with writing_once(fleet.engine) as connection:
        connection.execute(update(image).where(image.c.id == row.id).values(step_at=time.time(), tries=row.tries + 1))
    try:
        yield
    except LayerGoneError:
        read_again(fleet, row.id)
    except Exception as error:
        if not note_failure(fleet, row.id, "joining", row.tries, error):
            raise


def _ends_its_worker(fleet: Fleet, row: Row[Any]) -> bool:
    """Fails an image whose joins have all ended with the process that ran them, for example for lack of memory."""
    if row.tries < 2 * TRIES:
        return False
    error = FailedError("the worker that assesses it ended each time")
    return note_failure(fleet, row.id, "joining", row.tries, error, lasting=True)


def note_failure(fleet: Fleet, number: int, state: str, tries: int, error: Exception, *, lasting: bool = False) -> bool:
    """Stores why an image failed. Returns whether this was the last try."""
    last = lasting or tries + 1 >= TRIES
    reason = reason_of(fleet.settings, error)
    log.debug("the image %d: %s", number, reason, exc_info=True)
    failing = update(image).where(image.c.id == number, image.c.state == state)
    with writing(fleet.engine) as connection:
        changed = connection.execute(failing.values(tries=tries + 1, reason=reason, state="failed" if last else state))
        if last and changed.rowcount:
            events.after_failure(connection, number, reason)
    return last


def queue_lost(fleet: Fleet) -> None:
    """Queues new jobs for images whose state has not changed for long. A job that still waits is not added twice.

    A worker that loses its connection to the database while a job ends cannot report whether it has ended.
    """
    now = time.time()
    lost = image.c.state.in_(("opening", "joining")) & (image.c.step_at < now - LOST_S)
    columns = (image.c.id, image.c.state, image.c.lane, image.c.identity, has_layers().label("has_layers"))
    with writing(fleet.engine) as connection:
        found = connection.execute(select(*columns).where(lost).order_by(image.c.step_at).limit(MANY)).all()
        fleet.queue.add(connection, [_job_of(row) for row in found])
        touch(connection, [row.id for row in found], now)


def queue_verdicts(fleet: Fleet) -> None:
    """Queues images whose gates have to decide again because advisories have changed, a limited number per call. While an
    update of the advisories runs, it would discard what they decide.
    """
    now = time.time()
    open_ones = (image.c.state == "ready") & image.c.exit_code.is_(None) & has_layers()
    rows = select(image.c.id, image.c.identity).where(open_ones, image.c.step_at < now - UNDECIDED_S)
    rows = rows.order_by(image.c.step_at).limit(MANY)
    with writing(fleet.engine) as connection:
        if not progress_of(connection).is_done:
            return
        found = connection.execute(rows).all()
        jobs = [Job("verdict", f"verdict:{row.id}", msgspec.json.encode(Step(row.id)), 2, row.identity) for row in found]
        fleet.queue.add(connection, jobs)
        touch(connection, [row.id for row in found], now)


def decide(fleet: Fleet, job: Job) -> None:
    """Handles the jobs that ``queue_verdicts`` queues: decides an image's gates again."""
    number = from_json(job.payload, Step).image_id
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image).where(image.c.id == number)).first()
    if row is None or row.state != "ready":
        return
    try:
        found = scanned(fleet, *read_image(fleet, row))
    except LayerGoneError:
        read_again(fleet, number)
        return
    with writing(fleet.engine) as connection:
        code = found.report.verdict.exit_code
        connection.execute(update(image).where(image.c.id == number).values(exit_code=code))
        rematch.forget_verdicts(connection, [number], found.begun)


def _job_of(row: Any) -> Job:
    if not row.has_layers:
        return uploads.job_of(row.identity, row.identity)
    return (open_job if row.state == "opening" else join_job)(row.id, row.lane, row.identity)


def _gone() -> BinaryIO:
    raise LayerGoneError


def read_again(fleet: Fleet, number: int) -> None:
    from . import layers

    layers.read_again(fleet, number)


def note_start(fleet: Fleet, row: Any) -> None:
    """Notes that a job works on the image, if it has waited for long: otherwise it would soon count as lost."""
    now = time.time()
    if row.step_at < now - LOST_S / 2:
        with writing(fleet.engine) as connection:
            touch(connection, [row.id], now)


def touch(connection: Connection, numbers: Sequence[int], now: float) -> None:
    if numbers:
        connection.execute(update(image).where(among(connection, image.c.id, numbers)).values(step_at=now))


def open_job(number: int, lane: int, identity: str, by: str = "") -> Job:
    return Job("open", f"open:{number}", msgspec.json.encode(Step(number)), lane, by or identity)


def join_job(number: int, lane: int, identity: str) -> Job:
    return Job("join", f"join:{number}", msgspec.json.encode(Step(number)), lane, identity)


def _settle(fleet: Fleet, connection: Connection, rows: Sequence[tuple[int, int, str]]) -> None:
    for some in batches(rows, MANY):
        numbers = [number for number, _, _ in some]
        waits = set[int]()
        of_them = among(connection, image_layer.c.image_id, numbers)
        for number, digest, state, reason in connection.execute(_unread(fleet, of_them)):
            waits.add(number)
            if state == "failed":
                why = f"the layer {digest} could not be read: {reason}"
                failing = update(image).where(image.c.id == number, image.c.state == "reading")
                if connection.execute(failing.values(state="failed", reason=why[:2000])).rowcount:
                    events.after_failure(connection, number, why)
        ready = [(number, lane, identity) for number, lane, identity in some if number not in waits]
        if ready:
            numbers = [number for number, _, _ in ready]
            joining = (
                update(image)
                .where(image.c.id.in_(numbers), image.c.state == "reading")
                .values(state="joining", step_at=time.time())
            )
            connection.execute(joining)
            fleet.queue.add(connection, [join_job(number, lane, identity) for number, lane, identity in ready])


def _unread(fleet: Fleet, which: ColumnElement[bool]) -> Select[Any]:
    """The layers of images that are not read by today's readers."""
    from .layers import readers_of

    return (
        select(image_layer.c.image_id, layer.c.digest, layer.c.state, layer.c.reason)
        .join(layer, layer.c.digest == image_layer.c.digest)
        .where(which, (layer.c.state != "read") | (layer.c.read_by != readers_of(fleet)))
    )


def keep(fleet: Fleet, number: int, found: Scanned) -> None:
    """Stores the result of an image. Its units are stored and assessed first, so that the image becomes ready only once
    and complete. An image that was ready before, and was only read again, is no event.
    """
    now = time.time()
    with writing(fleet.engine) as connection:
        row = connection.execute(select(image.c.ready_at).where(image.c.id == number).with_for_update(key_share=True)).first()
        if row is None:  # it was removed meanwhile
            return
        was_ready = row.ready_at is not None
        missing = units.store_units(connection, fleet, number, found.inventory)
        if not missing:
            _make_ready(connection, number, found, now, was_ready=was_ready)
            return
    try:
        rematch.assess_units(fleet, missing, found.news)
    except DatabaseError as error:  # the packages are assessed when a database arrives
        log.warning("%d packages wait for a database: %s", len(missing), error)
    with writing(fleet.engine) as connection:
        _make_ready(connection, number, found, now, was_ready=was_ready)


def _make_ready(connection: Connection, number: int, found: Scanned, now: float, *, was_ready: bool) -> None:
    ready = update(image).where(image.c.id == number, image.c.state == "joining")
    values = {"state": "ready", "reason": "", "tries": 0, "ready_at": now, "assessed_at": now, **summary_of(found.report)}
    if connection.execute(ready.values(values)).rowcount != 1:
        return
    image_secrets.store_kinds(connection, number, found.report)
    image_counts.count_images(connection, [number])
    rematch.forget_verdicts(connection, [number], found.begun)
    image_counts.forget_decided(connection, [number])
    if not was_ready:
        events.after_ready(connection, number)

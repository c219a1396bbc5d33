"""Reads every layer of the fleet once.

The states of a layer: waiting, queued (with others as one job), claimed by a worker for a limited time, read or failed.
Only the latest claim may commit its result, so that a worker that seemed dead cannot overwrite another one's result.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, and_, or_, select, update

from careen.app.wiring import fingerprint, limits_of
from careen.errors import Error
from careen.layers.index import delta_key
from careen.log import logger
from careen.safety.typed import from_json

from . import images, spool
from .connection import is_sqlite, writing
from .failures import reason_of, without_paths
from .fleet import Fleet
from .queue import Job, pause_s
from .reading import File, How, Result, read_files
from .rows import batches, insert
from .sources import layer_file, source_of
from .tables import image, image_layer, layer

log = logger(__name__)

CHUNK_LAYERS, CHUNK_BYTES = 50, 128 << 20  # layers and bytes of one job
MOST_JOBS = 10_000  # jobs that wait: the queue never contains a million layers
LEASE_S = 120.0
QUEUED_S = 1800.0  # a layer that is queued for longer has lost its job
OUTDATED_S = 600.0
TRIES = 3
COMMIT_AFTER = 10  # layers between two commits


class Chunk(Struct, frozen=True):
    digests: tuple[str, ...]


class _Claimed(Struct, frozen=True):
    digest: str
    size_bytes: int
    source: bytes
    claim: int
    tries: int


def readers_of(fleet: Fleet) -> str:
    """The fingerprint of the layer readers. A layer that was read with another fingerprint is read again."""
    return fingerprint(fleet.settings.scanners)


def jobs_for(digests: Sequence[tuple[str, int]], lane: int, owner: str) -> list[Job]:
    """Jobs for layers, given as pairs of digest and size: many small layers in one job, or a single large one."""
    return [_job(chunk, lane, owner) for chunk in _chunks(digests)]


def feed(fleet: Fleet) -> int:
    """Queues waiting background layers as long as the queue is short. Returns how many."""
    now = time.time()
    with writing(fleet.engine) as connection:
        room = MOST_JOBS - sum(fleet.queue.depth(connection).values())
        if room <= 0:
            return 0
        ready = select(layer.c.digest, layer.c.size_bytes, layer.c.lane).where(
            layer.c.state == "waiting", layer.c.retry_at <= now
        )
        ready = ready.order_by(layer.c.lane, layer.c.enrolled_at).limit(min(room, 100) * CHUNK_LAYERS)
        if not is_sqlite(connection):
            ready = ready.with_for_update(skip_locked=True)
        rows = connection.execute(ready).all()
        for lane in sorted({row.lane for row in rows}):
            wanted = [(row.digest, row.size_bytes) for row in rows if row.lane == lane]
            mark_queued(connection, (digest for digest, _ in wanted))
            fleet.queue.add(connection, jobs_for(wanted, lane, "crawl"))
    return len(rows)


def mark_queued(connection: Connection, digests: Iterable[str]) -> None:
    for some in batches(digests, 500):
        waiting = layer.c.digest.in_(some) & (layer.c.state == "waiting")
        connection.execute(update(layer).where(waiting).values(state="queued", lease_until=time.time() + QUEUED_S))


def read(fleet: Fleet, job: Job, worker: str, stop: Callable[[], bool] = lambda: False) -> None:
    """Handles the jobs that ``jobs_for`` makes: reads layers. When ``stop`` returns true, layers that are not read yet
    are released.
    """
    digests = from_json(job.payload, Chunk).digests
    claimed = {each.digest: each for each in _claim(fleet, digests, worker)}
    if not claimed:
        return
    results: list[Result] = []
    try:
        with _renewed(fleet, claimed.values(), worker):
            for result in _results(fleet, claimed):
                results.append(result)
                if len(results) >= COMMIT_AFTER:
                    _commit(fleet, results, claimed)
                    results.clear()
                if stop():
                    break
            _commit(fleet, results, claimed)
            if stop():
                _give_back(fleet, claimed)
    except BaseException:
        _give_back(fleet, claimed)
        raise


def _results(fleet: Fleet, claimed: dict[str, _Claimed]) -> Iterator[Result]:
    """Yields the result of each layer. Its Delta is stored before the layer counts as read."""
    files: list[File] = []
    for each in claimed.values():
        try:
            path = layer_file(fleet, source_of(each.source), each.digest, each.size_bytes)
        except Error as error:
            yield Result(each.digest, trouble=reason_of(fleet.settings, error))
        else:
            files.append(File(each.digest, str(path), each.size_bytes))
    for result in read_files(files, _how(fleet)):
        if result.delta:
            fleet.store.put(delta_key(result.digest, readers_of(fleet), limits_of(fleet.settings)), result.delta)
        yield Result(result.digest, b"", without_paths(fleet.settings, result.trouble), result.lasting)


def _give_back(fleet: Fleet, claimed: dict[str, _Claimed]) -> None:
    """Releases layers that this job did not finish, so that others need not wait until its claim ends."""
    mine = [(layer.c.digest == each.digest) & (layer.c.claim == each.claim) for each in claimed.values()]
    try:
        with writing(fleet.engine) as connection:
            connection.execute(
                update(layer).where(layer.c.state == "claimed", or_(*mine)).values(state="waiting", lease_until=0.0)
            )
    except Exception as error:  # without a connection to the database, the claims expire by themselves
        log.info("%d layers were not released: %s", len(claimed), error)


def read_again(fleet: Fleet, image_id: int) -> None:
    """Sets layers of the image whose Delta is missing, and the image, to be read again."""
    now = time.time()
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image.c.source, image.c.lane).where(image.c.id == image_id)).first()
        of_image = select(image_layer.c.digest).where(image_layer.c.image_id == image_id)
        digests = sorted(set(connection.execute(of_image).scalars()))
    if row is None:
        return
    limits = limits_of(fleet.settings)
    gone = [digest for digest in digests if fleet.store.get(delta_key(digest, readers_of(fleet), limits)) is None]
    with writing(fleet.engine) as connection:
        for some in batches(gone, 500):
            rows = [{"digest": digest, "state": "waiting", "source": row.source, "lane": row.lane} for digest in some]
            new = insert(connection, layer).on_conflict_do_nothing(index_elements=["digest"])
            connection.execute(new, [{**each, "enrolled_at": now} for each in rows])
            was_read = layer.c.digest.in_(some) & (layer.c.state == "read")
            connection.execute(update(layer).where(was_read).values(state="waiting", tries=0, read_by="", source=row.source))
        back = update(image).where(image.c.id == image_id, image.c.state.in_(("joining", "ready")))
        connection.execute(back.values(state="reading", step_at=now))
    log.warning("%d layers of the image %d are read again: their stored content is missing", len(gone), image_id)


def sweep(fleet: Fleet) -> None:
    """Releases layers whose worker or job is gone, and queues images whose join was missed though all layers are read."""
    now = time.time()
    with writing(fleet.engine) as connection:
        over = layer.c.lease_until < now
        connection.execute(
            update(layer)
            .where(layer.c.state == "claimed", over)
            .values(state="waiting", tries=layer.c.tries + 1, reason="its worker ended")
        )
        connection.execute(update(layer).where(layer.c.state == "queued", over).values(state="waiting"))
        connection.execute(update(layer).where(layer.c.state == "waiting", layer.c.tries >= 2 * TRIES).values(state="failed"))
    _read_outdated(fleet, now)
    images.join_ready(fleet, None)
    images.queue_lost(fleet)


def _read_outdated(fleet: Fleet, now: float) -> None:
    """Sets layers that workers of another version have read to waiting again, if an image has waited for them for long.

    Workers of two versions replace each other's results as long as both run; this wait limits how often.
    """
    waiting = (image.c.state == "reading") & (image.c.step_at < now - OUTDATED_S)
    with writing(fleet.engine) as connection:
        oldest = select(image.c.id).where(waiting).order_by(image.c.step_at).limit(images.MANY)
        numbers = list(connection.execute(oldest).scalars())
        of_images = select(image_layer.c.digest).where(image_layer.c.image_id.in_(numbers))
        outdated = (layer.c.state == "read") & (layer.c.read_by != readers_of(fleet)) & layer.c.digest.in_(of_images)
        connection.execute(update(layer).where(outdated).values(state="waiting", tries=0))
        images.touch(connection, numbers, now)


def _how(fleet: Fleet) -> How:
    return How(limits_of(fleet.settings), tuple(fleet.settings.scanners), readers_of(fleet))


def _claim(fleet: Fleet, digests: Sequence[str], worker: str) -> list[_Claimed]:
    now = time.time()
    free = or_(layer.c.state.in_(("waiting", "queued")), and_(layer.c.state == "claimed", layer.c.lease_until < now))
    taken = (
        update(layer)
        .where(layer.c.digest.in_(digests), free)
        .values(state="claimed", claim=layer.c.claim + 1, worker_id=worker, lease_until=now + LEASE_S)
        .returning(layer.c.digest, layer.c.size_bytes, layer.c.source, layer.c.claim, layer.c.tries)
    )
    with writing(fleet.engine) as connection:
        if not is_sqlite(connection):  # all workers lock rows in the same order
            connection.execute(
                select(layer.c.digest).where(layer.c.digest.in_(digests)).order_by(layer.c.digest).with_for_update()
            ).all()
        return [
            _Claimed(row.digest, row.size_bytes, bytes(row.source), row.claim, row.tries) for row in connection.execute(taken)
        ]


def _commit(fleet: Fleet, results: Sequence[Result], claimed: dict[str, _Claimed]) -> None:
    """Stores the results of layers that this worker still owns: its claim is the latest one. Images whose layers are
    all read are joined next.
    """
    if not results:
        return
    now = time.time()
    done: list[str] = []
    with writing(fleet.engine) as connection:
        for result in sorted(results, key=lambda result: result.digest):
            known = claimed[result.digest]
            mine = (layer.c.digest == result.digest) & (layer.c.claim == known.claim) & (layer.c.state == "claimed")
            changed = update(layer).where(mine)
            if not result.trouble:
                changed = changed.values(
                    state="read", read_by=readers_of(fleet), read_at=now, reads=layer.c.reads + 1, reason="", lease_until=0.0
                )
            elif result.lasting or known.tries + 1 >= TRIES:
                changed = changed.values(state="failed", tries=known.tries + 1, reason=result.trouble[:2000])
            else:
                changed = changed.values(
                    state="waiting",
                    tries=known.tries + 1,
                    reason=result.trouble[:2000],
                    retry_at=now + pause_s(known.tries),
                )
            if connection.execute(changed).rowcount != 1:
                log.warning("the layer %s was given to another worker meanwhile: this result is dropped", result.digest)
            else:
                done.append(result.digest)
    for digest in done:
        spool.forget(fleet, digest)
    images.join_ready(fleet, done)


@contextmanager
def _renewed(fleet: Fleet, claimed: Iterable[_Claimed], worker: str) -> Iterator[None]:
    """Renews the claims from another thread while the block runs."""
    digests = [each.digest for each in claimed]
    done = threading.Event()

    def renew() -> None:
        while not done.wait(LEASE_S / 4):
            mine = layer.c.digest.in_(digests) & (layer.c.worker_id == worker) & (layer.c.state == "claimed")
            try:
                with writing(fleet.engine) as connection:
                    connection.execute(update(layer).where(mine).values(lease_until=time.time() + LEASE_S))
            except Exception as error:  # without a connection to the database, the next round tries again
                log.warning("the claims of %d layers were not renewed: %s", len(digests), error)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _chunks(digests: Sequence[tuple[str, int]]) -> Iterator[tuple[str, ...]]:
    chunk: list[str] = []
    size = 0
    for digest, size_bytes in digests:
        if chunk and (len(chunk) >= CHUNK_LAYERS or size + size_bytes > CHUNK_BYTES):
            yield tuple(chunk)
            chunk, size = [], 0
        chunk.append(digest)
        size += size_bytes
    if chunk:
        yield tuple(chunk)


def _job(digests: tuple[str, ...], lane: int, owner: str) -> Job:
    name = hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()[:32]
    return Job("read", f"read:{name}:{lane}", msgspec.json.encode(Chunk(digests)), lane, owner)

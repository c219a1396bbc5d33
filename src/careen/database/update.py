"""The database brought up to date: feeds fetched apart, read apart, and built into a new file beside the old one.

A feed that cannot be had or read keeps what the old file has of it, and the result says so. Only one process updates at
a time; one that had to wait takes what the other has fetched. Layout of the folder: ``advisories.sqlite``, ``checked.json``
(when each feed was last asked for), ``lock``, and ``fetching.<pid>`` while fetching.
Raises: DatabaseError, InputError, NetworkError.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunning
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen import __version__
from careen.errors import DatabaseError, Error, NetworkError
from careen.plugins import AdvisorySource, Feed, Fetcher, Need, Progress, Record, silent

from .build import FeedRow, Fresh, Kept, build, rows_of
from .guard import Judge
from .knowledge import database_path
from .lock import exclusive
from .origin import Fetched, FetchError, Origin, folder, live, mirror

FRESH_S = 24 * 3600
PATIENCE_S = 5.0
LOCK_PATIENCE_S = 900.0
CONNECTIONS = 4
RETRY_HINT = "Check the connection, or use a mirror: `careen db update --from DIR|URL`."


class FeedResult(Struct, frozen=True):
    source: str
    path: str
    state: Literal["updated", "unchanged", "fresh", "failed", "absent"]
    detail: str = ""
    records: int = 0


class UpdateResult(Struct, frozen=True):
    path: Path
    changed: bool
    feeds: tuple[FeedResult, ...]

    @property
    def failed(self) -> tuple[FeedResult, ...]:
        return tuple(feed for feed in self.feeds if feed.state == "failed")


def update(
    cache: Path,
    sources: Sequence[AdvisorySource],
    *,
    need: Need = Need(),  # noqa: B008 frozen
    fetcher: Fetcher | None = None,
    mirror_at: str | None = None,
    progress: Progress = silent,
    max_age_s: float = 0,
    patience_s: float | None = None,
    accept: Collection[str] = (),
    judge: Judge | None = None,
    api_key: str = "",
) -> UpdateResult:
    """``need`` None asks for everything. Feeds asked for within ``max_age_s`` are not asked for again.

    ``patience_s`` bounds the time for feeds that the database has in an older state; what it lacks is waited for.
    ``mirror_at`` is a folder or URL to use instead of the live addresses. ``accept`` names sources, or parts of them, that
    are taken as they are, whatever they lost; ``judge`` says what statements mean, to notice a feed that turned around.
    ``api_key`` is that of NVD's user, for its faster rate.
    """
    import shutil

    path = database_path(cache)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    asked = _now()
    waiting = LOCK_PATIENCE_S if patience_s is None or not rows_of(path) else patience_s
    with exclusive(path.parent / "lock", waiting, lambda: progress("waiting for another update", 0, None)) as held:
        if not held:
            raise DatabaseError("another process is updating the advisory database", "Wait for it, or use --offline.")
        for leftover in path.parent.glob("fetching.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        scratch = path.parent / f"fetching.{os.getpid()}"
        scratch.mkdir()
        try:
            origin = _origin(mirror_at, fetcher, progress, api_key)
            job = _Job(path, scratch, origin, asked, max_age_s, patience_s, accept, judge, progress)
            return _update(job, sources, need)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def refresh(
    cache: Path,
    sources: Sequence[AdvisorySource],
    need: Need,
    fetcher: Fetcher,
    progress: Progress = silent,
    judge: Judge | None = None,
) -> UpdateResult:
    """What a scan does before it matches: fetches what is missing, and asks for what is over a day old, for five seconds.

    Raises nothing where there is an older database to go on with: the result then tells what failed.
    """
    try:
        return update(
            cache, sources, need=need, fetcher=fetcher, progress=progress, max_age_s=FRESH_S, patience_s=PATIENCE_S, judge=judge
        )
    except Error as error:
        path = database_path(cache)
        if not rows_of(path):
            raise
        return UpdateResult(path, changed=False, feeds=(FeedResult("", "", "failed", str(error)),))


class _Job(Struct, frozen=True):
    path: Path
    scratch: Path
    origin: Origin
    asked: str
    max_age_s: float
    patience_s: float | None
    accept: Collection[str]
    judge: Judge | None
    progress: Progress


def _origin(mirror_at: str | None, fetcher: Fetcher | None, progress: Progress, api_key: str) -> Origin:
    if mirror_at is not None and "://" not in mirror_at:
        return folder(Path(mirror_at).expanduser())
    if fetcher is None:
        raise NetworkError("no network to fetch advisories from", RETRY_HINT)
    return live(fetcher, progress, api_key) if mirror_at is None else mirror(mirror_at, fetcher, progress)


def _update(job: _Job, sources: Sequence[AdvisorySource], need: Need) -> UpdateResult:
    old = rows_of(job.path)
    checked = read_checked(job.path)
    wanted = [
        (source, feed)
        for source in sources
        if need.namespaces is None or source.on_demand
        for feed in source.feeds(need, job.origin.listing)
        if need.full or not feed.full
    ]
    results: dict[str, FeedResult] = {}
    asking: list[tuple[AdvisorySource, Feed]] = []
    for source, feed in wanted:
        row = old.get(feed.path)
        if row and _is_fresh(job, max(row.fetched, checked.get(feed.path, ""))):
            results[feed.path] = FeedResult(source.name, feed.path, "fresh", records=row.records)
        elif not job.origin.offers(feed):
            if need.namespaces is not None or row:
                results[feed.path] = FeedResult(source.name, feed.path, "absent", "not offered here")
        else:
            asking.append((source, feed))
    fetched = _fetch(job, asking, old, results)
    keep = dict(old) if need.namespaces is not None else _kept(old, sources, wanted, need, job.origin.listing)
    asked_now = {path for path, result in results.items() if result.state == "unchanged"}
    keep = {path: replace(row, fetched=_now()) if path in asked_now else row for path, row in keep.items()}
    changed = bool(fetched) or keep.keys() != old.keys()
    if changed:
        _build(job, fetched, keep, old, sources, [feed.path for _, feed in wanted], results)
    elif not old:
        reasons = sorted({f"{one.source}: {one.detail}" for one in results.values() if one.detail})
        raise DatabaseError("no advisories could be had" + (f" ({'; '.join(reasons[:3])})" if reasons else ""), RETRY_HINT)
    now = _now()
    done = {feed: now for feed, result in results.items() if result.state in ("updated", "unchanged")}
    _write_checked(job.path, {**{feed: at for feed, at in checked.items() if feed in keep}, **done})
    order = [feed.path for _, feed in wanted if feed.path in results]
    return UpdateResult(job.path, changed, tuple(results[path] for path in order))


def _kept(
    old: dict[str, FeedRow],
    sources: Sequence[AdvisorySource],
    wanted: list[tuple[AdvisorySource, Feed]],
    need: Need,
    listing: Callable[[str], tuple[str, ...]],
) -> dict[str, FeedRow]:
    """What the new file takes over where everything was asked for: feeds that are offered still, and the large ones."""
    offered = {feed.path for _, feed in wanted}
    if not need.full:
        offered |= {feed.path for source in sources for feed in source.feeds(need, listing) if feed.full}
    return {path: row for path, row in old.items() if path in offered}


def _is_fresh(job: _Job, last: str) -> bool:
    """Asked for since this update was started (by the one that we waited for), or not long ago."""
    if not last:
        return False
    age = (datetime.fromisoformat(job.asked) - datetime.fromisoformat(last)).total_seconds()
    return age < 0 or (0 <= age < job.max_age_s)


def _fetch(
    job: _Job, asking: list[tuple[AdvisorySource, Feed]], old: dict[str, FeedRow], results: dict[str, FeedResult]
) -> list[tuple[AdvisorySource, Feed, Fetched]]:
    # What another version of Careen read is read again, be the file the same.
    known = {path: row for path, row in old.items() if row.reader == __version__}

    def one(number: int, feed: Feed) -> Fetched | None:
        return job.origin.fetch(feed, known.get(feed.path), job.scratch / str(number))

    # What the database lacks first: it is waited for in any case.
    order = sorted(range(len(asking)), key=lambda number: asking[number][1].path in old)
    futures = dict(zip(order, _in_threads([partial(one, number, asking[number][1]) for number in order]), strict=True))
    deadline = None if job.patience_s is None else time.monotonic() + job.patience_s
    found = []
    for number, (source, feed) in enumerate(asking):
        row = old.get(feed.path)
        patience = None if deadline is None or row is None else max(0.0, deadline - time.monotonic())
        try:
            fetched = futures[number].result(patience)
        except StillRunning:
            results[feed.path] = FeedResult(source.name, feed.path, "failed", "no answer in time", row.records if row else 0)
        except (FetchError, Error, OSError) as error:
            state: Literal["absent", "failed"] = (
                "absent" if isinstance(error, FetchError) and error.absent and not row else "failed"
            )
            results[feed.path] = FeedResult(source.name, feed.path, state, str(error), row.records if row else 0)
        else:
            if fetched is None:
                results[feed.path] = FeedResult(source.name, feed.path, "unchanged", records=row.records if row else 0)
            else:
                found.append((source, feed, fetched))
    return found


def _in_threads(jobs: Sequence[Callable[[], Fetched | None]]) -> list["Future[Fetched | None]"]:
    """Threads that nobody waits for at exit: what runs out of our patience goes on by itself and is forgotten."""
    queue: SimpleQueue[tuple[Future[Fetched | None], Callable[[], Fetched | None]]] = SimpleQueue()
    futures: list[Future[Fetched | None]] = []
    for job in jobs:
        future: Future[Fetched | None] = Future()
        futures.append(future)
        queue.put((future, job))

    def work() -> None:
        while True:
            try:
                future, job = queue.get_nowait()
            except Empty:
                return
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)

    for _ in range(min(CONNECTIONS, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    return futures


def _build(
    job: _Job,
    fetched: list[tuple[AdvisorySource, Feed, Fetched]],
    keep: dict[str, FeedRow],
    old: dict[str, FeedRow],
    sources: Sequence[AdvisorySource],
    order: list[str],
    results: dict[str, FeedResult],
) -> None:
    now = _now()
    parts: dict[str, Fresh | Kept] = {path: Kept(row) for path, row in keep.items()}
    for source, feed, one in fetched:
        row = FeedRow(
            feed.path,
            source.name,
            feed.part,
            one.url,
            one.as_of,
            now,
            one.etag,
            one.last_modified,
            one.sha256,
            detail=one.detail,
        )
        before = old.get(feed.path)
        other_place = before is not None and before.url != one.url
        accepted = other_place or bool({source.name, f"{source.name}/{feed.part}", feed.path}.intersection(job.accept))
        parts[feed.path] = Fresh(row, _reader(job, source, feed, one.file), accepted, one.replaces)
    ranks = {source.name: number for number, source in enumerate(sources)}
    places = {path: number for number, path in enumerate([*old, *order])}  # the order of a source's feeds, where it gives one
    ordered = sorted(parts.values(), key=lambda part: (ranks.get(part.row.source, len(ranks)), places[part.row.path]))
    built = build(job.path, ordered, now, job.path if old else None, job.judge)
    for source, feed, _ in fetched:
        if reason := built.failed.get(feed.path):
            results[feed.path] = FeedResult(source.name, feed.path, "failed", reason, built.records.get(feed.path, 0))
        else:
            results[feed.path] = FeedResult(source.name, feed.path, "updated", records=built.records[feed.path])


def _reader(job: _Job, source: AdvisorySource, feed: Feed, file: Path) -> Callable[[], Iterator[Record]]:
    def records() -> Iterator[Record]:
        size = file.stat().st_size
        job.progress(f"reading {feed.path}", 0, size)
        yield from source.parse(feed, file)
        job.progress(f"reading {feed.path}", size, size)

    return records


def read_checked(path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(path.with_name("checked.json").read_bytes(), type=dict[str, str])
    except (OSError, ValueError, RecursionError):
        return {}


def _write_checked(path: Path, checked: dict[str, str]) -> None:
    aside = path.with_name(f"checked.json.{os.getpid()}.building")
    aside.write_bytes(msgspec.json.encode(checked))
    aside.replace(path.with_name("checked.json"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

"""The database brought up to date: feeds fetched apart, read apart, and built into a new file beside the old one.

Nothing is lost by an update: what an origin does not offer, what cannot be had or read, and what is held back stays as it
was, with its age, and the result says so. A record goes when its source withdraws it, or by ``forget``. Only one process
updates at a time; one that had to wait takes what the other has fetched. Layout of the folder: ``advisories.sqlite``,
``checked.json`` (``checks``), ``lock``, and ``fetching.<pid>`` while fetching.
Raises: DatabaseError, InputError, NetworkError.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunning
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen import __version__
from careen.errors import DatabaseError, Error, NetworkError
from careen.plugins import AdvisorySource, Feed, Fetcher, Need, Progress, Record, silent

from .buckets import FeedRow
from .build import Fresh, Kept, build, damaged, is_damaged, rows_of
from .checks import Check, Trouble, read_checks, write_checks
from .download import Fetched, FetchError, Unchanged
from .guard import Judge
from .knowledge import FILE, database_path
from .lock import LOCK_PATIENCE_S, exclusive
from .origin import Origin, folder, live, mirror
from .read import check_readable
from .whole import is_whole

FRESH_S = 24 * 3600
PATIENCE_S = 5.0
CONNECTIONS = 4
RETRY_HINT = "Check the connection, or use a mirror: `careen db update --from DIR|URL`."


class FeedResult(Struct, frozen=True):
    """``kept``: nobody failed, and the database has it as it was before. ``absent``: neither here nor in the database."""

    source: str
    path: str
    state: Literal["updated", "unchanged", "fresh", "failed", "kept", "absent"]
    detail: str = ""
    records: int = 0
    trouble: Trouble = ""  # of what failed or was kept


class UpdateResult(Struct, frozen=True):
    path: Path
    changed: bool
    feeds: tuple[FeedResult, ...]

    @property
    def failed(self) -> tuple[FeedResult, ...]:
        return tuple(feed for feed in self.feeds if feed.state == "failed")

    @property
    def kept(self) -> tuple[FeedResult, ...]:
        return tuple(feed for feed in self.feeds if feed.state == "kept")


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
        return UpdateResult(path, changed=False, feeds=(FeedResult("", "", "failed", str(error), trouble="unreachable"),))


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
    old, broken = _sound(job.path)
    checks = read_checks(job.path) if old else {}
    results: dict[str, FeedResult] = {}
    wanted: list[tuple[AdvisorySource, Feed]] = []
    for source in sources:
        if need.namespaces is None or source.on_demand:
            feeds, trouble = _offered(source, need, job.origin)
            wanted += [(source, feed) for feed in feeds if need.full or not feed.full]
            if trouble:
                detail = f"what it offers could not be listed: {trouble}"
                results[source.name] = FeedResult(source.name, source.name, "failed", detail, trouble="not_listed")
    asking: list[tuple[AdvisorySource, Feed]] = []
    for source, feed in wanted:
        row = old.get(feed.key)
        if row and _is_fresh(job, max(row.fetched, checks.get(feed.key, _NEVER).asked)):
            results[feed.key] = FeedResult(source.name, feed.key, "fresh", records=row.records)
        elif not job.origin.offers(feed):
            if row:
                results[feed.key] = FeedResult(source.name, feed.key, "kept", _HERE, row.records, "not_offered")
            elif need.namespaces is not None:
                results[feed.key] = FeedResult(source.name, feed.key, "absent", _HERE)
        else:
            asking.append((source, feed))
    fetched, confirmed = _fetch(job, asking, old, results)
    keep = {path: _confirmed(row, confirmed.get(path)) for path, row in old.items()}
    has_lost_all = not old and is_damaged(job.path)
    if fetched or (old and broken is not None):
        _build(job, fetched, keep, old, sources, [feed.key for _, feed in wanted], results)
        _tell_broken(results, broken or {})
        if has_lost_all:
            detail = "the database was damaged, and is built anew from what could be fetched"
            results[FILE] = FeedResult("", FILE, "failed", detail, trouble="damaged")
    elif not old:
        reasons = sorted({f"{one.source}: {one.detail}" for one in results.values() if one.detail})
        raise DatabaseError("no advisories could be had" + (f" ({'; '.join(reasons[:3])})" if reasons else ""), RETRY_HINT)
    if need.namespaces is None:
        _tell_kept(results, old, sources, need)
    write_checks(job.path, _checks(checks, results, confirmed, rows_of(job.path)))
    order = dict.fromkeys((*(feed.key for _, feed in wanted), *results))
    changed = bool(fetched) or bool(old and broken is not None)
    return UpdateResult(job.path, changed, tuple(results[path] for path in order if path in results))


def _sound(path: Path) -> tuple[dict[str, FeedRow], dict[str, FeedRow] | None]:
    """The feeds that the database has as they were written, and those that are damaged; None where the file is whole."""
    import sqlite3

    check_readable(path)
    rows = rows_of(path)
    if not rows or is_whole(path):
        return rows, None
    try:
        broken = damaged(path)
    except (sqlite3.Error, ValueError):
        return {}, rows
    return {key: row for key, row in rows.items() if key not in broken}, {key: rows[key] for key in broken}


def _tell_broken(results: dict[str, FeedResult], broken: dict[str, FeedRow]) -> None:
    """Of feeds that were damaged: what was fetched anew, and what is lost until it can be."""
    for path, row in broken.items():
        result = results.get(path)
        if result and result.state == "updated":
            results[path] = replace(result, detail="what the database had of it was damaged")
        else:
            why = f": {result.detail}" if result and result.detail else ""
            detail = f"what the database had of it was damaged, and it was not fetched anew{why}"
            results[path] = FeedResult(row.source, path, "failed", detail, trouble="damaged")


_NEVER = Check()
_HERE = "not offered here"


def _offered(source: AdvisorySource, need: Need, origin: Origin) -> tuple[tuple[Feed, ...], str]:
    """The feeds of a source, and why it cannot be known whether they are all."""
    troubles: list[str] = []

    def listing(name: str) -> tuple[str, ...]:
        try:
            return origin.listing(name)
        except (FetchError, NetworkError) as error:
            troubles.append(str(error))
            return ()

    return source.feeds(need, listing), "; ".join(dict.fromkeys(troubles))


def _confirmed(row: FeedRow, day: str | None) -> FeedRow:
    return row if day is None else replace(row, fetched=_now(), confirmed=max(row.confirmed, day))


def _tell_kept(results: dict[str, FeedResult], old: dict[str, FeedRow], sources: Sequence[AdvisorySource], need: Need) -> None:
    """What the database has of feeds that nobody asked for now, where everything was."""
    unlisted = {one.source for one in results.values() if one.trouble == "not_listed"}
    known = {source.name for source in sources}
    for path, row in old.items():
        if path in results or row.source not in known:
            continue
        if row.source in unlisted:
            results[path] = FeedResult(row.source, path, "kept", "its source could not be listed", row.records, "not_listed")
        elif row.large and not need.full:
            results[path] = FeedResult(row.source, path, "kept", "fetched by --full alone", row.records, "large")
        else:
            results[path] = FeedResult(row.source, path, "kept", _HERE, row.records, "not_offered")


def _checks(
    before: dict[str, Check], results: dict[str, FeedResult], confirmed: dict[str, str], rows: dict[str, FeedRow]
) -> dict[str, Check]:
    """What is known of the last attempts now, of the feeds that the database has."""
    now = _now()
    found = dict(before)
    for path, result in results.items():
        was = before.get(path, _NEVER)
        match result.state:
            case "updated":
                found[path] = Check(now)
            case "unchanged":
                found[path] = Check(now, max(was.confirmed, confirmed.get(path, "")))
            case "failed":
                found[path] = replace(was, trouble=result.trouble, detail=result.detail)
    return {path: check for path, check in found.items() if path in rows}


def _is_fresh(job: _Job, last: str) -> bool:
    """Asked for since this update was started (by the one that we waited for), or not long ago."""
    if not last:
        return False
    age = (datetime.fromisoformat(job.asked) - datetime.fromisoformat(last)).total_seconds()
    return age < 0 or (0 <= age < job.max_age_s)


def _fetch(
    job: _Job, asking: list[tuple[AdvisorySource, Feed]], old: dict[str, FeedRow], results: dict[str, FeedResult]
) -> tuple[list[tuple[AdvisorySource, Feed, Fetched]], dict[str, str]]:
    """The files that came, and of those that are the same still, up to which day their origin vouches for them."""
    # What another version of Careen read is read again, be the file the same.
    known = {path: row for path, row in old.items() if row.reader == __version__}

    def one(number: int, feed: Feed) -> Fetched | Unchanged:
        return job.origin.fetch(feed, known.get(feed.key), job.scratch / str(number))

    # What the database lacks first: it is waited for in any case.
    order = sorted(range(len(asking)), key=lambda number: asking[number][1].key in old)
    futures = dict(zip(order, _in_threads([partial(one, number, asking[number][1]) for number in order]), strict=True))
    deadline = None if job.patience_s is None else time.monotonic() + job.patience_s
    found: list[tuple[AdvisorySource, Feed, Fetched]] = []
    confirmed: dict[str, str] = {}
    for number, (source, feed) in enumerate(asking):
        path, row = feed.key, old.get(feed.key)
        records = row.records if row else 0
        patience = None if deadline is None or row is None else max(0.0, deadline - time.monotonic())
        try:
            answer = futures[number].result(patience)
        except StillRunning:
            results[path] = FeedResult(source.name, path, "failed", "no answer in time", records, "late")
        except (FetchError, Error, OSError) as error:
            if isinstance(error, FetchError) and error.absent and not row:
                results[path] = FeedResult(source.name, path, "absent", str(error))
            else:
                results[path] = FeedResult(source.name, path, "failed", str(error), records, "unreachable")
        else:
            if isinstance(answer, Unchanged):
                results[path] = FeedResult(source.name, path, "unchanged", records=records)
                confirmed[path] = answer.confirmed
            else:
                found.append((source, feed, answer))
    return found, confirmed


def _in_threads(jobs: Sequence[Callable[[], Fetched | Unchanged]]) -> list["Future[Fetched | Unchanged]"]:
    """Threads that nobody waits for at exit: what runs out of our patience goes on by itself and is forgotten."""
    queue: SimpleQueue[tuple[Future[Fetched | Unchanged], Callable[[], Fetched | Unchanged]]] = SimpleQueue()
    futures: list[Future[Fetched | Unchanged]] = []
    for job in jobs:
        future: Future[Fetched | Unchanged] = Future()
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
            feed.key,
            source.name,
            feed.part,
            one.url,
            one.as_of,
            now,
            one.etag,
            one.last_modified,
            one.sha256,
            detail=one.detail,
            confirmed=one.confirmed,
            derived=one.derived,
            large=feed.full,
        )
        before = old.get(feed.key)
        accepted = bool({source.name, f"{source.name}/{feed.part}", feed.key, feed.path}.intersection(job.accept))
        held = "" if before is None or job.origin.own else _lesser(row, before)
        parts[feed.key] = Fresh(row, _reader(job, source, feed, one.file), accepted, one.replaces, held)
    ranks = {source.name: number for number, source in enumerate(sources)}
    done = {path for path, result in results.items() if result.state != "failed"} | {feed.key for _, feed, _ in fetched}
    places = {path: number for number, path in enumerate(_places(parts, order, done, old))}
    ordered = sorted(parts.values(), key=lambda part: (ranks.get(part.row.source, len(ranks)), places[part.row.path]))
    built = build(job.path, ordered, now, job.path if old else None, job.judge)
    for path in built.failed.keys() - {feed.key for _, feed, _ in fetched}:  # damage that only copying them showed
        lost = built.failed[path]
        results[path] = FeedResult(parts[path].row.source, path, "failed", lost.detail, trouble=lost.trouble)
    for source, feed, _ in fetched:
        path = feed.key
        records = built.records.get(path, 0)
        if failure := built.failed.get(path):
            detail = f"rejected: {failure.detail}" if failure.trouble == "held_back" else failure.detail
            results[path] = FeedResult(source.name, path, "failed", detail, records, failure.trouble)
        else:
            results[path] = FeedResult(source.name, path, "updated", records=records)


def _lesser(row: FeedRow, before: FeedRow) -> str:
    """Why what a mirror has is no successor of what the database has; "" where it is one."""
    if row.derived and not before.derived:
        return "made by the mirror, and what the database has is the source's own"
    if before.as_of and row.as_of < before.as_of:
        return f"older ({row.as_of or 'without a date'}) than what the database has ({before.as_of})"
    return ""


def _places(parts: Mapping[str, Fresh | Kept], order: Sequence[str], done: Collection[str], old: Collection[str]) -> list[str]:
    """The feeds of each source in the order in which they count.

    What was asked for now goes before other forms of the same knowledge, unless some of it is as it was before.
    """
    kept: dict[str, list[str]] = {}
    for path, part in parts.items():
        kept.setdefault(part.row.source, []).append(path)
    asked: dict[str, list[str]] = {}
    for path in order:
        if path in parts:
            asked.setdefault(parts[path].row.source, []).append(path)
    found: list[str] = []
    for source, paths in kept.items():
        first = asked.get(source, [])
        if all(path in done for path in first):
            found += dict.fromkeys((*first, *paths))
        else:
            found += _merged(first, [path for path in paths if path in old])
    return found


def _merged(first: Sequence[str], paths: list[str]) -> list[str]:
    """``paths`` with those of ``first`` that it lacks, each behind the one before it."""
    place = 0
    for path in first:
        if path in paths:
            place = paths.index(path) + 1
        else:
            paths.insert(place, path)
            place += 1
    return paths


def _reader(job: _Job, source: AdvisorySource, feed: Feed, file: Path) -> Callable[[], Iterator[Record]]:
    def records() -> Iterator[Record]:
        size = file.stat().st_size
        job.progress(f"reading {feed.path}", 0, size)
        yield from source.parse(feed, file)
        job.progress(f"reading {feed.path}", size, size)

    return records


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

"""The database brought up to date: feeds fetched apart, read apart, and built into a new file beside the old one.

Nothing is lost by an update: what an origin does not offer, what cannot be had or read, and what is held back stays as it
was, with its age, and the result says so. A record goes when its source withdraws it, or by ``forget``. Only one process
updates at a time; one that had to wait takes what the other has fetched. Layout of the folder: ``advisories.sqlite``,
``checked.json`` (``checks``), ``lock``, and ``fetching.<pid>`` while fetching. What is kept of downloads lies in ``partial``,
which belongs to the holder of ``partial.lock``: an update that does not get it at once goes without. ``refresh.lock`` is that
of the one process that finishes what scans had no time for.
Raises: DatabaseError, InputError, NetworkError.
"""

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as StillRunning
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen import __version__
from careen.errors import DatabaseError, Error, NetworkError
from careen.plugins import AdvisorySource, Feed, Fetcher, Need, Progress, Record, silent

from .buckets import FeedRow, age_key
from .build import Fresh, Kept, build, damaged, is_damaged, rows_of
from .checks import Check, Trouble, read_checks, write_checks
from .download import Downloads, Fetched, FetchError, LateError, Unchanged
from .guard import Judge
from .knowledge import FILE, database_path
from .lock import LOCK_PATIENCE_S, exclusive
from .origin import Origin, folder, live, mirror
from .partial import prune
from .read import check_readable
from .whole import is_whole
from .workers import Gate, in_threads

FRESH_S = 24 * 3600
MAX_AHEAD_S = 15 * 60  # what was asked for later than that was asked by a clock that was wrong
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
    trouble: Trouble = ""  # of what failed or was kept; "late" where an update has the older changes alone
    assesses: bool = True  # as its source does


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
    leave_bytes: int | None = None,
    accept: Collection[str] = (),
    judge: Judge | None = None,
    api_key: str = "",
) -> UpdateResult:
    """``need`` None asks for everything. Feeds asked for within ``max_age_s`` are not asked for again.

    ``patience_s`` bounds the time for feeds that the database has in an older state; what it lacks is waited for. Of
    those feeds files over ``leave_bytes`` are fetched and left to ``finish``. ``mirror_at`` is a folder or URL to use
    instead of the live addresses. ``accept`` names sources, or parts of them, that are taken as they are, whatever they
    lost; ``judge`` says what statements mean, to notice a feed that turned around. ``api_key`` is that of NVD's user, for
    its faster rate.
    """
    path = database_path(cache)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    asked = _now()
    with ExitStack() as opened:
        if not opened.enter_context(exclusive(path.parent / "lock", 0)):
            progress("waiting for another update", 0, None)
            waiting = LOCK_PATIENCE_S if patience_s is None or lacks(rows_of(path), sources, need) else patience_s
            if not opened.enter_context(exclusive(path.parent / "lock", waiting)):
                raise BusyError("another process is updating the advisory database", "Wait for it, or use --offline.")
        owns = opened.enter_context(exclusive(path.parent / "partial.lock", 0))
        scratch = opened.enter_context(_scratch(path.parent, "fetching"))
        gate = Gate()
        opened.callback(gate.close)
        patience = Patience(patience_s)
        parts = path.parent / "partial" if owns else scratch
        if owns:
            prune(parts)
        downloads = Downloads(fetcher, parts, gate, progress) if fetcher else None
        origin = _origin(mirror_at, fetcher, downloads, progress, api_key, patience)
        job = _Job(path, scratch, origin, downloads, asked, max_age_s, patience, leave_bytes, not owns, accept, judge, progress)
        return _take(job, _ask(job, sources, need), sources, need)


def refresh(
    cache: Path,
    sources: Sequence[AdvisorySource],
    need: Need,
    fetcher: Fetcher,
    progress: Progress = silent,
    judge: Judge | None = None,
    *,
    mirror_at: str | None = None,
    max_age_s: float = FRESH_S,
    patience_s: float | None = PATIENCE_S,
    leave_bytes: int | None = None,
) -> UpdateResult:
    """What a scan does before it matches: fetches what is missing, and asks for what is over a day old, for five seconds.

    Raises nothing where there is an older database to go on with: the result then tells what failed.
    """
    try:
        return update(
            cache, sources, need=need, fetcher=fetcher, mirror_at=mirror_at, progress=progress, max_age_s=max_age_s,
            patience_s=patience_s, leave_bytes=leave_bytes, judge=judge,
        )  # fmt: skip
    except Error as error:
        path = database_path(cache)
        if not rows_of(path):
            raise
        trouble: Trouble = "late" if isinstance(error, BusyError) else "unreachable"
        return UpdateResult(path, changed=False, feeds=(FeedResult("", "", "failed", str(error), trouble=trouble),))


def finish(
    cache: Path,
    sources: Sequence[AdvisorySource],
    need: Need,
    fetcher: Fetcher,
    judge: Judge | None = None,
    *,
    mirror_at: str | None = None,
) -> UpdateResult | None:
    """What scans had no time for. Scans go on meanwhile: the database is locked only while the new one is built.

    None where somebody is at it already.
    """
    path = database_path(cache)
    with exclusive(path.parent / "refresh.lock", 0) as is_alone, ExitStack() as opened:
        if not is_alone:
            return None
        if not opened.enter_context(exclusive(path.parent / "partial.lock", LOCK_PATIENCE_S)):
            raise BusyError("another process is updating the advisory database", "The next scan goes on.")
        scratch = opened.enter_context(_scratch(path.parent, "refreshing"))
        parts, gate, patience = path.parent / "partial", Gate(), Patience(None)
        opened.callback(gate.close)
        prune(parts)
        downloads = Downloads(fetcher, parts, gate)
        origin = _origin(mirror_at, fetcher, downloads, silent, "", patience)
        job = _Job(path, scratch, origin, downloads, _now(), FRESH_S, patience, None, False, (), judge, silent)
        answers = _ask(job, sources, need)
        if not opened.enter_context(exclusive(path.parent / "lock", LOCK_PATIENCE_S)):
            raise BusyError("another process is updating the advisory database", "The next scan goes on.")
        _clear(path.parent, "fetching")
        return _take(job, _still_new(job, answers), sources, need)


class BusyError(DatabaseError):
    """Another process holds the lock."""


class Patience:
    """``is_late`` a little before the time is up, so that what was done until then still counts."""

    def __init__(self, seconds: float | None) -> None:
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._soon = None if seconds is None else time.monotonic() + 0.8 * seconds

    @property
    def is_bounded(self) -> bool:
        return self._deadline is not None

    def left(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def is_late(self) -> bool:
        return self._soon is not None and time.monotonic() > self._soon


class _Job(Struct, frozen=True):
    path: Path
    scratch: Path
    origin: Origin
    downloads: Downloads | None
    asked: str
    max_age_s: float
    patience: Patience
    leave_bytes: int | None
    is_shared: bool  # another process is at work on what is kept of downloads
    accept: Collection[str]
    judge: Judge | None
    progress: Progress


class _Answers(Struct):
    """What the origin gave for the feeds that were ``wanted``."""

    old: dict[str, FeedRow]
    broken: dict[str, FeedRow] | None
    wanted: list[tuple[AdvisorySource, Feed]]
    results: dict[str, FeedResult]
    fetched: list[tuple[AdvisorySource, Feed, Fetched]] = []
    confirmed: dict[str, str] = {}


@contextmanager
def _scratch(folder: Path, name: str) -> Iterator[Path]:
    _clear(folder, name)
    made = folder / f"{name}.{os.getpid()}"
    made.mkdir()
    try:
        yield made
    finally:
        _clear(folder, name)


def _clear(folder: Path, name: str) -> None:
    import shutil

    for leftover in folder.glob(f"{name}.*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _origin(
    mirror_at: str | None,
    fetcher: Fetcher | None,
    downloads: Downloads | None,
    progress: Progress,
    api_key: str,
    patience: Patience,
) -> Origin:
    if mirror_at is not None and "://" not in mirror_at:
        return folder(Path(mirror_at).expanduser())
    if fetcher is None or downloads is None:
        raise NetworkError("no network to fetch advisories from", RETRY_HINT)
    if mirror_at is not None:
        return mirror(mirror_at, fetcher, downloads)
    return live(fetcher, downloads, progress, api_key, patience.is_late)


def _ask(job: _Job, sources: Sequence[AdvisorySource], need: Need) -> _Answers:
    old, broken = _sound(job.path)
    checks = read_checks(job.path) if old else {}
    results: dict[str, FeedResult] = {}
    wanted: list[tuple[AdvisorySource, Feed]] = []
    chosen = [source for source in sources if need.namespaces is None or source.on_demand]
    for source, (feeds, trouble, detail) in zip(chosen, _listed(job, chosen, need, old), strict=True):
        wanted += [(source, feed) for feed in feeds if need.full or not feed.full]
        if trouble:
            results[source.name] = FeedResult(source.name, source.name, "failed", detail, trouble=trouble)
    asking: list[tuple[AdvisorySource, Feed]] = []
    for source, feed in wanted:
        row = old.get(feed.key)
        if row and any(_is_fresh(job, last) for last in (row.fetched, checks.get(feed.key, _NEVER).asked)):
            results[feed.key] = FeedResult(source.name, feed.key, "fresh", records=row.records)
        elif not job.origin.offers(feed):
            if row:
                results[feed.key] = FeedResult(source.name, feed.key, "kept", _HERE, row.records, "not_offered")
            elif need.namespaces is not None:
                results[feed.key] = FeedResult(source.name, feed.key, "absent", _HERE)
        elif row and job.is_shared and job.patience.is_bounded:
            results[feed.key] = FeedResult(source.name, feed.key, "failed", _UNDER_WAY, row.records, "late")
        else:
            asking.append((source, feed))
    answers = _Answers(old, broken, wanted, results)
    answers.fetched, answers.confirmed = _fetch(job, asking, old, results)
    return answers


def lacks(rows: Collection[str], sources: Sequence[AdvisorySource], need: Need) -> bool:
    """Whether there is a namespace of which the database has none of the feeds that are offered."""
    if not rows or need.namespaces is None:
        return True

    def keys(namespaces: frozenset[str]) -> set[str]:
        asked = Need(namespaces, need.full)
        found = (source.feeds(asked, lambda name: ()) for source in sources if source.on_demand)
        return {feed.key for feeds in found for feed in feeds if need.full or not feed.full}

    common = keys(frozenset())
    return any(own and own.isdisjoint(rows) for own in (keys(frozenset({one})) - common for one in need.namespaces))


def _still_new(job: _Job, answers: _Answers) -> _Answers:
    """Without what another process brought up to date meanwhile."""
    old, broken = _sound(job.path)
    other = {key for key in {*old, *answers.old} if old.get(key) != answers.old.get(key)}
    fetched = [one for one in answers.fetched if one[1].key not in other]
    for source, feed, one in answers.fetched:
        if feed.key not in other:
            continue
        if job.downloads:
            job.downloads.drop(one.file)
        if feed.key in old:
            answers.results[feed.key] = FeedResult(source.name, feed.key, "fresh", records=old[feed.key].records)
    confirmed = {key: day for key, day in answers.confirmed.items() if key not in other}
    return _Answers(old, broken, answers.wanted, answers.results, fetched, confirmed)


def _take(job: _Job, answers: _Answers, sources: Sequence[AdvisorySource], need: Need) -> UpdateResult:
    """Builds the database with what came. The lock is held."""
    old, broken, wanted, results = answers.old, answers.broken, answers.wanted, answers.results
    checks = read_checks(job.path) if old else {}
    keep = {path: _confirmed(row, answers.confirmed.get(path)) for path, row in old.items()}
    has_lost_all = not old and is_damaged(job.path)
    if answers.fetched or (old and broken is not None):
        _build(job, answers.fetched, keep, old, sources, [feed.key for _, feed in wanted], results)
        _tell_broken(results, broken or {})
        if has_lost_all:
            detail = "the database was damaged, and is built anew from what could be fetched"
            results[FILE] = FeedResult("", FILE, "failed", detail, trouble="damaged")
    elif not old:
        raise DatabaseError(f"no advisory source could be reached{_reasons(results.values())}", RETRY_HINT)
    if need.namespaces is None:
        _tell_kept(results, old, sources, need)
    write_checks(job.path, _checks(checks, results, answers.confirmed, rows_of(job.path)))
    for _, _, fetched in answers.fetched:
        if job.downloads:
            job.downloads.drop(fetched.file)
    order = dict.fromkeys((*(feed.key for _, feed in wanted), *results))
    changed = bool(answers.fetched) or bool(old and broken is not None)
    others = {source.name for source in sources if not source.assesses}
    told = (replace(one, assesses=one.source not in others) for path in order if (one := results.get(path)))
    return UpdateResult(job.path, changed, tuple(told))


def _reasons(results: Collection[FeedResult]) -> str:
    """Each reason once, with the source where not all have the same."""
    by_reason: dict[str, dict[str, None]] = {}
    for one in results:
        if one.detail:
            by_reason.setdefault(one.detail, {})[one.source] = None
    if len(by_reason) == 1:
        return f" ({next(iter(by_reason))})"
    told = [f"{', '.join(list(sources)[:3])}: {reason}" for reason, sources in list(by_reason.items())[:3]]
    return f" ({'; '.join(told)})" if told else ""


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
_UNDER_WAY = "another process is bringing it up to date"


def _listed(
    job: _Job, sources: Sequence[AdvisorySource], need: Need, old: Mapping[str, FeedRow]
) -> Iterator[tuple[tuple[Feed, ...], Trouble, str]]:
    """The feeds of each source, and why it cannot be known whether they are all."""
    known = {row.source for row in old.values()}
    if not job.patience.is_bounded:
        yield from (_offered(source, need, job.origin) for source in sources)
        return
    futures = in_threads([partial(_offered, source, need, job.origin) for source in sources], len(sources))
    for source, future in zip(sources, futures, strict=True):
        try:
            yield future.result(job.patience.left() if source.name in known else None)
        except StillRunning:
            yield (), "late", str(LateError())


def _offered(source: AdvisorySource, need: Need, origin: Origin) -> tuple[tuple[Feed, ...], Trouble, str]:
    troubles: list[str] = []

    def listing(name: str) -> tuple[str, ...]:
        try:
            return origin.listing(name)
        except (FetchError, NetworkError) as error:
            troubles.append(str(error))
            return ()

    feeds = source.feeds(need, listing)
    why = "; ".join(dict.fromkeys(troubles))
    return (feeds, "not_listed", f"what it offers could not be listed: {why}") if why else (feeds, "", "")


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
            case "updated" if not result.trouble:
                found[path] = Check(now)
            case "unchanged":
                found[path] = Check(now, max(was.confirmed, confirmed.get(path, "")))
            case "failed" | "updated":
                found[path] = replace(was, trouble=result.trouble, detail=result.detail)
    return {path: check for path, check in found.items() if path in rows}


def _is_fresh(job: _Job, last: str) -> bool:
    """Asked for since this update was started (by the one that we waited for), or not long ago."""
    if not last:
        return False
    age = (datetime.fromisoformat(job.asked) - datetime.fromisoformat(last)).total_seconds()
    return -MAX_AHEAD_S <= age < job.max_age_s


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
    jobs = [partial(one, number, asking[number][1]) for number in order]
    futures = dict(zip(order, in_threads(jobs, CONNECTIONS), strict=True))
    found: list[tuple[AdvisorySource, Feed, Fetched]] = []
    confirmed: dict[str, str] = {}
    for number, (source, feed) in enumerate(asking):
        path, row = feed.key, old.get(feed.key)
        records = row.records if row else 0
        try:
            answer = futures[number].result(None if row is None else job.patience.left())
        except StillRunning:
            results[path] = FeedResult(source.name, path, "failed", str(LateError()), records, "late")
        except (FetchError, Error, OSError) as error:
            if isinstance(error, FetchError) and error.absent and not row:
                results[path] = FeedResult(source.name, path, "absent", str(error))
            else:
                results[path] = FeedResult(source.name, path, "failed", str(error), records, _trouble_of(error))
        else:
            if isinstance(answer, Unchanged):
                results[path] = FeedResult(source.name, path, "unchanged", records=records)
                confirmed[path] = answer.confirmed
            elif row and _is_left(job, answer):
                results[path] = FeedResult(source.name, path, "failed", "fetched, and not read yet", records, "late")
            else:
                found.append((source, feed, answer))
    return found, confirmed


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, LateError):
        return "late"
    return "damaged" if isinstance(error, FetchError) and error.damaged else "unreachable"


def _is_left(job: _Job, one: Fetched) -> bool:
    """Whether it takes long to read, and is there for the one who will."""
    if job.leave_bytes is None or job.downloads is None or not job.downloads.keeps(one.file):
        return False
    return one.file.stat().st_size > job.leave_bytes


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
        before = old.get(feed.key)
        row = FeedRow(
            feed.key,
            source.name,
            feed.part,
            one.url,
            one.as_of,
            before.fetched if before and one.is_behind else now,
            one.etag,
            one.last_modified,
            one.sha256,
            detail=one.detail,
            confirmed=one.confirmed,
            derived=one.derived,
            large=feed.full,
        )
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
    for source, feed, one in fetched:
        path = feed.key
        records = built.records.get(path, 0)
        if failure := built.failed.get(path):
            detail = f"rejected: {failure.detail}" if failure.trouble == "held_back" else failure.detail
            results[path] = FeedResult(source.name, path, "failed", detail, records, failure.trouble)
        elif one.is_behind:
            detail = "there was time for the older changes alone"
            results[path] = FeedResult(source.name, path, "updated", detail, records, "late")
        else:
            results[path] = FeedResult(source.name, path, "updated", built.passed_over.get(path, ""), records)


def _lesser(row: FeedRow, before: FeedRow) -> str:
    """Why what a mirror has is no successor of what the database has; "" where it is one."""
    if row.derived and not before.derived:
        return "made by the mirror, and what the database has is the source's own"
    if before.as_of and age_key(row)[0] < age_key(before)[0]:
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

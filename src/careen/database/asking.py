"""The first half of an update: determines the wanted feeds, and fetches those that are not fresh from their origin.

Files are fetched in parallel into the scratch folder or the download cache; the database is only read.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunning
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct

from careen import __version__
from careen.errors import Error, NetworkError
from careen.plugins import AdvisorySource, Feed, Need

from .checks import Check, Trouble, read_checks
from .database_file import check_readable
from .download import Fetched, FetchError, LateError, Unchanged
from .file_state import damaged, rows_of
from .head import FeedRow
from .integrity import is_whole
from .job import Job
from .origin import Origin
from .results import FeedResult
from .space import FullError, is_full
from .workers import in_threads

CONNECTIONS = 4
MAX_AHEAD_S = 15 * 60  # a request further in the future comes from a wrong clock
RECORD_BYTES = 160  # reading and packing a record takes about as long as reading these bytes of an archive
NOT_OFFERED = "not offered here"
_UNDER_WAY = "another process is updating it"

Came = tuple[AdvisorySource, Feed, Fetched]


class Answers(Struct):
    """The origin's answers for the feeds that are ``wanted``. ``old`` are the feeds of the database, ``broken`` its
    damaged ones (None: the file is whole). ``confirmed``: the day up to which the origin states that a file is
    unchanged. ``elsewhere``: feeds that another update of this process requests.
    """

    old: dict[str, FeedRow]
    broken: dict[str, FeedRow] | None
    wanted: list[tuple[AdvisorySource, Feed]]
    results: dict[str, FeedResult]
    fetched: list[Came] = []
    confirmed: dict[str, str] = {}
    elsewhere: frozenset[str] = frozenset()


def _everything(keys: Collection[str]) -> frozenset[str]:
    return frozenset(keys)


def ask(
    job: Job,
    sources: Sequence[AdvisorySource],
    need: Need,
    claim: Callable[[Collection[str]], frozenset[str]] = _everything,
) -> Answers:
    """Requests the needed feeds of the sources, and returns the answers. ``claim`` is called once with the feeds, and
    returns those that this caller has to request.
    """
    old, broken = sound(job.path)
    checks = read_checks(job.path) if old else {}
    results: dict[str, FeedResult] = {}
    wanted: list[tuple[AdvisorySource, Feed]] = []
    chosen = [source for source in sources if need.namespaces is None or source.on_demand]
    for source, (feeds, trouble, detail) in zip(chosen, _listed(job, chosen, need, old), strict=True):
        wanted += [(source, feed) for feed in feeds if need.full or not feed.full]
        if trouble:
            results[source.name] = FeedResult(source.name, source.name, "failed", detail, trouble=trouble)
    due: list[tuple[AdvisorySource, Feed]] = []
    for source, feed in wanted:
        known = _known(job, source, feed, old.get(feed.key), checks.get(feed.key, Check()))
        if known is None:
            due.append((source, feed))
        elif known.state != "absent" or need.namespaces is not None:
            results[feed.key] = known
    keys = {feed.key for _, feed in due}
    ours = claim(keys)
    answers = Answers(old, broken, wanted, results, elsewhere=frozenset(keys - ours))
    _fetch(job, [(source, feed) for source, feed in due if feed.key in ours], answers)
    return answers


def lacks(rows: Collection[str], sources: Sequence[AdvisorySource], need: Need) -> bool:
    """Whether there is a needed namespace of which the database has no feed, although sources offer some."""
    if not rows or need.namespaces is None:
        return True

    def keys(namespaces: frozenset[str]) -> set[str]:
        asked = Need(namespaces, need.full)
        found = (source.feeds(asked, lambda name: ()) for source in sources if source.on_demand)
        return {feed.key for feeds in found for feed in feeds if need.full or not feed.full}

    common = keys(frozenset())
    return any(own and own.isdisjoint(rows) for own in (keys(frozenset({namespace})) - common for namespace in need.namespaces))


def sound(path: Path) -> tuple[dict[str, FeedRow], dict[str, FeedRow] | None]:
    """The undamaged feeds of the database, and its damaged ones; None in place of the latter if the file is whole."""
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


def still_new(job: Job, answers: Answers) -> Answers:
    """The answers without feeds that another update refreshed meanwhile."""
    old, broken = sound(job.path)
    other = {key for key in {*old, *answers.old} if old.get(key) != answers.old.get(key)}
    for source, feed, download in answers.fetched:
        if feed.key not in other:
            continue
        if job.downloads:
            job.downloads.drop(download.file)
        if feed.key in old:
            answers.results[feed.key] = FeedResult(source.name, feed.key, "fresh", records=old[feed.key].records)
    fetched = [came for came in answers.fetched if came[1].key not in other]
    confirmed = {key: day for key, day in answers.confirmed.items() if key not in other}
    return Answers(old, broken, answers.wanted, answers.results, fetched, confirmed, answers.elsewhere)


def _listed(
    job: Job, sources: Sequence[AdvisorySource], need: Need, old: Mapping[str, FeedRow]
) -> Iterator[tuple[tuple[Feed, ...], Trouble, str]]:
    """For each source: its feeds, and why their list may be incomplete (a code and a sentence)."""
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
    return (feeds, "not_listed", f"its feeds could not be listed: {why}") if why else (feeds, "", "")


def _known(job: Job, source: AdvisorySource, feed: Feed, row: FeedRow | None, check: Check) -> FeedResult | None:
    """The result for a feed that needs no request to the origin; None if it needs one."""
    records = row.records if row else 0
    if row and any(_is_fresh(job, last) for last in (row.fetched, check.asked)):
        return FeedResult(source.name, feed.key, "fresh", records=records)
    if not job.origin.offers(feed):
        if row:
            return FeedResult(source.name, feed.key, "kept", NOT_OFFERED, records, "not_offered")
        return FeedResult(source.name, feed.key, "absent", NOT_OFFERED)
    if row and job.is_shared and job.patience.is_bounded:
        return FeedResult(source.name, feed.key, "failed", _UNDER_WAY, records, "late")
    return None


def _is_fresh(job: Job, last: str) -> bool:
    """Whether ``last`` is the time of a request after this update began (by another update, for which it waited), or
    shortly before.
    """
    if not last:
        return False
    age = (datetime.fromisoformat(job.asked) - datetime.fromisoformat(last)).total_seconds()
    return -MAX_AHEAD_S <= age < job.max_age_s


def _fetch(job: Job, due: Sequence[tuple[AdvisorySource, Feed]], answers: Answers) -> None:
    old = answers.old
    # A file that another version of Careen has read is read again, even if it is unchanged.
    known = {path: row for path, row in old.items() if row.reader == __version__}

    def one(number: int, feed: Feed) -> Fetched | Unchanged:
        return job.origin.fetch(feed, known.get(feed.key), job.scratch / str(number))

    # Feeds that the database lacks come first, because the update always waits for them.
    order = sorted(range(len(due)), key=lambda number: due[number][1].key in old)
    futures = dict(zip(order, in_threads([partial(one, number, due[number][1]) for number in order], CONNECTIONS), strict=True))
    for number, (source, feed) in enumerate(due):
        _collect(job, source, feed, futures[number], answers)


def _collect(job: Job, source: AdvisorySource, feed: Feed, future: "Future[Fetched | Unchanged]", answers: Answers) -> None:
    """Waits for a file, and stores the result in ``answers``."""
    path, row = feed.key, answers.old.get(feed.key)
    records = row.records if row else 0
    try:
        answer = future.result(None if row is None else job.patience.left())
    except StillRunning:
        answers.results[path] = FeedResult(source.name, path, "failed", str(LateError()), records, "late")
    except FullError:
        raise
    except (FetchError, Error, OSError) as error:
        if is_full(error):
            raise
        if isinstance(error, FetchError) and error.absent and not row:
            answers.results[path] = FeedResult(source.name, path, "absent", str(error))
        else:
            answers.results[path] = FeedResult(source.name, path, "failed", str(error), records, _trouble_of(error))
    else:
        if isinstance(answer, Unchanged):
            answers.results[path] = FeedResult(source.name, path, "unchanged", records=records)
            answers.confirmed[path] = answer.confirmed
        elif row and _is_left(job, answer, row):
            answers.results[path] = FeedResult(source.name, path, "failed", "fetched, but not read yet", records, "late")
        else:
            answers.fetched.append((source, feed, answer))


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, LateError):
        return "late"
    return "damaged" if isinstance(error, FetchError) and error.damaged else "unreachable"


def _is_left(job: Job, one: Fetched, row: FeedRow) -> bool:
    """Whether a fetched file takes long to read, and stays in the download cache for a later update."""
    if job.leave_bytes is None or job.downloads is None or not job.downloads.keeps(one.file):
        return False
    return max(one.file.stat().st_size, row.records * RECORD_BYTES) > job.leave_bytes

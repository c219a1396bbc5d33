"""The second half of an update: builds the database anew with the feeds that were fetched, and reports on each feed.

A feed stays in the database unchanged if an origin does not offer it, if it cannot be fetched or read, or if it is held
back; the result reports this. A record is removed only when its source withdraws it, or by ``forget``. The caller holds
the lock.
Raises: DatabaseError.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from careen.errors import DatabaseError
from careen.plugins import AdvisorySource, Feed, Need, Record

from .asking import NOT_OFFERED, Answers, Came
from .build import Built, Fresh, Kept, build
from .checks import Check, read_checks, write_checks
from .download import Fetched
from .file_state import is_damaged, rows_of
from .head import FeedRow, age_key
from .job import Job, now
from .knowledge import FILE
from .precedence import ordered
from .results import FeedResult, UpdateResult, reasons

RETRY_HINT = "Check the connection, or use a mirror: `careen db update --from DIR|URL`."


def apply(job: Job, answers: Answers, sources: Sequence[AdvisorySource], need: Need) -> UpdateResult:
    old, broken, wanted, results = answers.old, answers.broken, answers.wanted, answers.results
    checks = read_checks(job.path) if old else {}
    has_lost_all = not old and is_damaged(job.path)
    is_built = bool(answers.fetched) or bool(old and broken is not None)
    if is_built:
        _build(job, answers, sources)
        _note_broken(results, broken or {})
        if has_lost_all:
            detail = "the database was damaged, and is built anew from the feeds that were fetched"
            results[FILE] = FeedResult("", FILE, "failed", detail, trouble="damaged")
    elif not old and not answers.elsewhere:
        raise DatabaseError(f"no advisory source could be reached{reasons(results.values())}", RETRY_HINT)
    if need.namespaces is None:
        _note_kept(results, old, sources, need)
    write_checks(job.path, _checks(checks, results, answers.confirmed, rows_of(job.path)))
    for _, _, fetched in answers.fetched:
        if job.downloads:
            job.downloads.drop(fetched.file)
    order = dict.fromkeys((*(feed.key for _, feed in wanted), *results))
    others = {source.name for source in sources if not source.assesses}
    feeds = (replace(one, assesses=one.source not in others) for path in order if (one := results.get(path)))
    return UpdateResult(job.path, is_built, tuple(feeds))


def _build(job: Job, answers: Answers, sources: Sequence[AdvisorySource]) -> None:
    old, results = answers.old, answers.results
    moment = now()
    parts: dict[str, Fresh | Kept] = {path: Kept(_confirmed(row, answers.confirmed.get(path))) for path, row in old.items()}
    for source, feed, fetched in answers.fetched:
        parts[feed.key] = _fresh(job, source, feed, fetched, old.get(feed.key), moment)
    came = {feed.key for _, feed, _ in answers.fetched}
    done = {path for path, result in results.items() if result.state != "failed"} | came
    asked = [feed.key for _, feed in answers.wanted]
    built = build(job.path, ordered(parts, sources, asked, done, old), moment, job.path if old else None, job.is_affected)
    for path in built.failed.keys() - came:  # damage that was only noticed while copying
        lost = built.failed[path]
        results[path] = FeedResult(parts[path].row.source, path, "failed", lost.detail, trouble=lost.trouble)
    for each in answers.fetched:
        results[each[1].key] = _built_result(built, each)


def _fresh(job: Job, source: AdvisorySource, feed: Feed, one: Fetched, before: FeedRow | None, moment: str) -> Fresh:
    row = FeedRow(
        feed.key,
        source.name,
        feed.part,
        one.url,
        one.as_of,
        before.fetched if before and one.is_behind else moment,
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
    return Fresh(row, _reader(job, source, feed, one.file), accepted, one.replaces, held)


def _lesser(row: FeedRow, before: FeedRow) -> str:
    """Why a mirror's edition of a feed does not replace that of the database; "" if it does."""
    if row.derived and not before.derived:
        return "derived by the mirror, and the database has the source's own edition"
    if before.as_of and age_key(row)[0] < age_key(before)[0]:
        return f"older ({row.as_of or 'without a date'}) than the edition in the database ({before.as_of})"
    return ""


def _reader(job: Job, source: AdvisorySource, feed: Feed, file: Path) -> Callable[[], Iterator[Record]]:
    def records() -> Iterator[Record]:
        size = file.stat().st_size
        job.progress(f"reading {feed.path}", 0, size)
        yield from source.parse(feed, file)
        job.progress(f"reading {feed.path}", size, size)

    return records


def _built_result(built: Built, came: Came) -> FeedResult:
    source, feed, one = came
    path, records = feed.key, built.records.get(feed.key, 0)
    if failure := built.failed.get(path):
        detail = f"rejected: {failure.detail}" if failure.trouble == "held_back" else failure.detail
        return FeedResult(source.name, path, "failed", detail, records, failure.trouble)
    if one.is_behind:
        return FeedResult(source.name, path, "updated", "time ran out: newer changes are missing", records, "late")
    return FeedResult(source.name, path, "updated", built.passed_over.get(path, ""), records)


def _confirmed(row: FeedRow, day: str | None) -> FeedRow:
    return row if day is None else replace(row, fetched=now(), confirmed=max(row.confirmed, day))


def _note_broken(results: dict[str, FeedResult], broken: Mapping[str, FeedRow]) -> None:
    """Reports the damaged feeds: fetched anew, or lost until they can be fetched."""
    for path, row in broken.items():
        result = results.get(path)
        if result and result.state == "updated":
            results[path] = replace(result, detail="the records of the database were damaged")
        else:
            why = f": {result.detail}" if result and result.detail else ""
            detail = f"the records of the database were damaged, and were not fetched anew{why}"
            results[path] = FeedResult(row.source, path, "failed", detail, trouble="damaged")


def _note_kept(
    results: dict[str, FeedResult], old: Mapping[str, FeedRow], sources: Collection[AdvisorySource], need: Need
) -> None:
    """Reports the feeds of the database that an update of everything did not request."""
    unlisted = {result.source for result in results.values() if result.trouble == "not_listed"}
    known = {source.name for source in sources}
    for path, row in old.items():
        if path in results or row.source not in known:
            continue
        if row.source in unlisted:
            results[path] = FeedResult(row.source, path, "kept", "its source could not be listed", row.records, "not_listed")
        elif row.large and not need.full:
            results[path] = FeedResult(row.source, path, "kept", "only --full fetches it", row.records, "large")
        else:
            results[path] = FeedResult(row.source, path, "kept", NOT_OFFERED, row.records, "not_offered")


def _checks(
    before: Mapping[str, Check], results: Mapping[str, FeedResult], confirmed: Mapping[str, str], rows: Collection[str]
) -> dict[str, Check]:
    """The results of the last attempts, for the feeds of the database."""
    moment = now()
    found = dict(before)
    for path, result in results.items():
        was = before.get(path, Check())
        match result.state:
            case "updated" if not result.trouble:
                found[path] = Check(moment)
            case "unchanged":
                found[path] = Check(moment, max(was.confirmed, confirmed.get(path, "")))
            case "failed" | "updated":
                found[path] = replace(was, trouble=result.trouble, detail=result.detail)
    return {path: check for path, check in found.items() if path in rows}

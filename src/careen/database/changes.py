"""Fetches the records of a feed that changed since the last update one by one, into a file with a line of JSON for
each.

Shape of the list: a line for each record with its time, the newest first (``database.change_lists``), so that only its
beginning is read. The ids of a second list were deleted, and have no record. The oldest change is fetched first: if
time runs out, the fetched ones are used and the next update continues from there. The result is None, and the whole
feed is fetched instead, if so much changed that this is quicker, or if a list is not available or not readable.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from careen.errors import NetworkError
from careen.plugins import Feed, Fetcher, Progress

from .change_lists import Change, change, moment
from .download import FetchError, body_of
from .workers import in_threads

MAX_CHANGES = 5_000  # some kB each, over connections that stay open
MAX_RECORD_BYTES = 16 << 20
MAX_BYTES, MAX_LARGE_BYTES = 10 << 20, 256 << 20  # of all records; the second is for feeds that only --full fetches
OVERLAP = timedelta(hours=2)  # a whole archive may be older than the newest record in it
CONNECTIONS = 8
CHUNK_BYTES = 64 * 1024
MAX_LIST_BYTES = 64 << 20  # lists of deletions are read completely


class Changes(Struct, frozen=True):
    ids: frozenset[str]
    newest: str  # time of the newest change among them, as the list has it
    is_behind: bool = False  # newer ones are left for the next update


def cursor(last_modified: str) -> str:
    """The time from which on changes are new: that of the newest change of the last update, or a while before the
    archive was made. "" if unknown.
    """
    if is_cursor(last_modified):
        return last_modified
    from email.utils import parsedate_to_datetime

    try:
        made = parsedate_to_datetime(last_modified)
    except ValueError:
        return ""
    return (made.astimezone(UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_cursor(text: str) -> bool:
    """Whether the text is a time as in lists of changes, and not the date of an HTTP header."""
    return text[:1].isdigit()


def since(
    fetcher: Fetcher, feed: Feed, last: str, target: Path, progress: Progress, is_late: Callable[[], bool] = lambda: False
) -> Changes | None:
    """Writes the records that changed after ``last`` to ``target``; no file if there is no change."""
    start = moment(last)
    if start is None:
        return None
    try:
        listed = _listed(fetcher, feed, start)
        gone = _deleted(fetcher, feed, start) if feed.deletions else frozenset[str]()
        wanted = [change for change in listed if change.id not in gone]
        if len(wanted) > MAX_CHANGES:
            return None
        count = _collect(fetcher, feed, wanted, target, progress, is_late)
        if not count and gone:
            target.write_bytes(b"\n")
    except (NetworkError, FetchError, ValueError):
        return None
    is_behind = count < len(wanted)
    reached = wanted[:count] if is_behind else listed
    newest = reached[-1].moment if reached else last
    return Changes(gone | {change.id for change in wanted[:count]}, newest, is_behind)


def _listed(fetcher: Fetcher, feed: Feed, start: datetime) -> list[Change]:
    """The last change of each record, the oldest first."""
    found: dict[str, Change] = {}
    previous = None
    for line in _lines(fetcher, feed.changes):
        one = change(line)
        if previous is not None and one.at > previous:
            raise ValueError("the list of changes is not in the expected order")
        previous = one.at
        if one.at <= start:
            break
        found.setdefault(one.id, one)
        if len(found) > 2 * MAX_CHANGES:
            raise ValueError("too many records have changed")
    return list(reversed(found.values()))


def _deleted(fetcher: Fetcher, feed: Feed, start: datetime) -> frozenset[str]:
    """The ids that were deleted after ``start``. The list has no order, so that it is read completely."""
    return frozenset(found.id for line in _lines(fetcher, feed.deletions) if (found := change(line)).at > start)


def _collect(
    fetcher: Fetcher, feed: Feed, wanted: list[Change], target: Path, progress: Progress, is_late: Callable[[], bool]
) -> int:
    """Fetches records in order until time or size run out, and writes them. Returns how many. Records with the same
    time are written together or not at all.
    """
    ended = threading.Event()

    def one(path: str) -> bytes:
        if ended.is_set():
            return b""
        return body_of(fetcher, feed.single.format(id=quote(path)), MAX_RECORD_BYTES)

    limit = MAX_LARGE_BYTES if feed.full else MAX_BYTES
    size = count = whole_to = 0  # the file up to ``whole_to`` contains all changes of each time in it
    futures = deque(in_threads([partial(one, change.path) for change in wanted], CONNECTIONS))
    try:
        with target.open("wb") as file:
            for number, change in enumerate(wanted):
                if number and change.at != wanted[number - 1].at:
                    count, whole_to = number, file.tell()
                if is_late():
                    file.truncate(whole_to)
                    return count
                data = futures.popleft().result()
                size += len(data)
                if size > limit:
                    raise ValueError(f"more than {limit} bytes of changes")
                file.write(msgspec.json.format(data, indent=-1) + b"\n")  # (raises ValueError if it is not JSON)
                progress(f"{feed.path}: changes", size, None)
    finally:
        ended.set()
    return len(wanted)


def _lines(fetcher: Fetcher, address: str) -> Iterator[str]:
    response = fetcher.request(address, headers={"Accept-Encoding": "identity"})
    try:
        if response.status != 200:
            raise ValueError(f"{address}: the server answered {response.status}")
        rest, size = b"", 0
        while chunk := response.read(CHUNK_BYTES):
            size += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > 1000 or size > MAX_LIST_BYTES:
                raise ValueError("a list or a line without end")
            yield from (text for line in lines if (text := line.decode("ascii", "replace").strip()))
        if rest.strip():
            yield rest.decode("ascii", "replace").strip()
    finally:
        response.close()

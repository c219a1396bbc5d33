"""The records of a feed that changed since the last time, fetched one by one into a file with a line of JSON for each.

Shape of the list: a line for each record with its moment, the newest first (``formats.changelists``), so that only its
beginning is read. What a second list says was deleted is one of the ids, and no record comes for it. Where more changed than
is quicker to fetch singly, or a list cannot be had or read, the answer is None: the whole feed is fetched then.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from careen.errors import NetworkError
from careen.formats.changelists import change, moment
from careen.plugins import Feed, Fetcher, Progress

MAX_CHANGES = 400
MAX_RECORD_BYTES = 16 << 20
MAX_BYTES = 256 << 20
OVERLAP = timedelta(hours=2)  # a whole archive is younger than the youngest record in it
CONNECTIONS = 4
CHUNK_BYTES = 64 * 1024
MAX_LIST_BYTES = 64 << 20  # of deletions, which are read to the end


class Changes(Struct, frozen=True):
    ids: frozenset[str]
    newest: str  # moment of the newest change, as the list writes it


def cursor(last_modified: str) -> str:
    """From when on changes are new: what was the newest the last time, or a while before the archive was made."""
    if is_cursor(last_modified):
        return last_modified
    from email.utils import parsedate_to_datetime

    try:
        made = parsedate_to_datetime(last_modified)
    except ValueError:
        return ""
    return (made.astimezone(UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_cursor(text: str) -> bool:
    """A moment as a list writes it, and no date of an HTTP header."""
    return text[:1].isdigit()


def since(fetcher: Fetcher, feed: Feed, last: str, target: Path, progress: Progress) -> Changes | None:
    """Writes the records that changed after the moment ``last`` to ``target``; none is written where none did."""
    start = moment(last)
    if start is None:
        return None
    try:
        paths, newest = _listed(fetcher, feed, start)
        gone = _deleted(fetcher, feed, start) if feed.deletions else frozenset[str]()
        paths = {id: path for id, path in paths.items() if id not in gone}
        if len(paths) > MAX_CHANGES:
            return None
        if paths:
            _collect(fetcher, feed, sorted(paths.values()), target, progress)
        elif gone:
            target.write_bytes(b"\n")
    except (NetworkError, ValueError):
        return None
    return Changes(gone | paths.keys(), newest or last)


def _listed(fetcher: Fetcher, feed: Feed, start: datetime) -> tuple[dict[str, str], str]:
    """The path of each record by its id, and the newest moment, as it is written there."""
    paths: dict[str, str] = {}
    newest = ""
    previous = None
    for line in _lines(fetcher, feed.changes):
        found = change(line)
        if previous is not None and found.at > previous:
            raise ValueError("it is not in the order that we know")
        previous = found.at
        if found.at <= start:
            break
        newest = newest or found.moment
        paths.setdefault(found.id, found.path)
        if len(paths) > 2 * MAX_CHANGES:
            raise ValueError("too much changed")
    return paths, newest


def _deleted(fetcher: Fetcher, feed: Feed, start: datetime) -> frozenset[str]:
    """In any order."""
    return frozenset(found.id for line in _lines(fetcher, feed.deletions) if (found := change(line)).at > start)


def _collect(fetcher: Fetcher, feed: Feed, paths: list[str], target: Path, progress: Progress) -> None:
    def one(path: str) -> bytes:
        response = fetcher.request(feed.single.format(id=quote(path)))
        try:
            if response.status != 200:
                raise ValueError(f"{path}: the server answered {response.status}")
            data = response.read(MAX_RECORD_BYTES + 1)
        finally:
            response.close()
        if len(data) > MAX_RECORD_BYTES:
            raise ValueError(f"{path}: more than {MAX_RECORD_BYTES} bytes")
        return data

    size = 0
    with target.open("wb") as file, ThreadPoolExecutor(CONNECTIONS) as threads:
        for data in threads.map(one, paths):
            size += len(data)
            if size > MAX_BYTES:
                raise ValueError(f"more than {MAX_BYTES} bytes of changes")
            file.write(msgspec.json.format(data, indent=-1) + b"\n")  # (raises ValueError for what is no JSON)
            progress(f"{feed.path}: what changed", size, None)


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

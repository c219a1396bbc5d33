"""The records of a feed that changed since the last time, fetched one by one into a file with a line of JSON for each.

Shape of the list: a line ``2026-11-24T10:00:00.123456Z,GHSA-…`` for each record, the newest first, so that only its
beginning is read. Where more changed than is quicker to fetch singly, or the list cannot be had or read, the answer is None:
the whole feed is fetched then.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from careen.errors import NetworkError
from careen.plugins import Feed, Fetcher, Progress, Response

MAX_CHANGES = 400
MAX_RECORD_BYTES = 16 << 20
MAX_BYTES = 256 << 20
OVERLAP = timedelta(hours=2)  # a whole archive is younger than the youngest record in it
CONNECTIONS = 4
CHUNK_BYTES = 64 * 1024
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z),([A-Za-z0-9][\w:.-]{1,199})")


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


def since(fetcher: Fetcher, feed: Feed, moment: str, target: Path, progress: Progress) -> Changes | None:
    """Writes the records that changed after ``moment`` to ``target``; none is written where none did."""
    try:
        listed = _listed(fetcher, feed, moment)
        if listed is None:
            return None
        if listed.ids:
            _collect(fetcher, feed, sorted(listed.ids), target, progress)
    except (NetworkError, ValueError):
        return None
    return listed


def _listed(fetcher: Fetcher, feed: Feed, moment: str) -> Changes | None:
    ids: set[str] = set()
    newest = ""
    response = fetcher.request(feed.changes, headers={"Accept-Encoding": "identity"})
    try:
        if response.status != 200:
            return None
        previous = None
        for line in _lines(response):
            found = _LINE.fullmatch(line)
            at = _moment(found[1]) if found else None
            if found is None or at is None or (previous is not None and at > previous):
                return None  # of another shape or order than we know
            previous = at
            if at <= (_moment(moment) or at):
                break
            newest = newest or found[1]
            ids.add(found[2].rpartition("/")[2])
            if len(ids) > MAX_CHANGES:
                return None
    finally:
        response.close()
    return Changes(frozenset(ids), newest or moment)


def _collect(fetcher: Fetcher, feed: Feed, ids: list[str], target: Path, progress: Progress) -> None:
    def one(id: str) -> bytes:
        response = fetcher.request(feed.single.format(id=quote(id)))
        try:
            if response.status != 200:
                raise ValueError(f"{id}: the server answered {response.status}")
            data = response.read(MAX_RECORD_BYTES + 1)
        finally:
            response.close()
        if len(data) > MAX_RECORD_BYTES:
            raise ValueError(f"{id}: more than {MAX_RECORD_BYTES} bytes")
        return data

    size = 0
    with target.open("wb") as file, ThreadPoolExecutor(CONNECTIONS) as threads:
        for data in threads.map(one, ids):
            size += len(data)
            if size > MAX_BYTES:
                raise ValueError(f"more than {MAX_BYTES} bytes of changes")
            file.write(msgspec.json.format(data, indent=-1) + b"\n")  # (raises ValueError for what is no JSON)
            progress(f"{feed.path}: what changed", size, None)


def _lines(response: Response) -> Iterator[str]:
    rest = b""
    while chunk := response.read(CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > 1000:
            raise ValueError("a line without end")
        yield from (line.decode("ascii", "replace").strip() for line in lines)
    if rest.strip():
        yield rest.decode("ascii", "replace").strip()


def _moment(text: str) -> datetime | None:
    """Fractions of any length: they are compared as moments, for "01Z" is before "01.5Z" and sorts behind it."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    try:
        return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}+00:00")
    except ValueError:
        return None

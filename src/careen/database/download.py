"""One file of a feed, fetched over the network.

Raises: NetworkError; ``FetchError`` where the file cannot be had.
"""

from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from careen.plugins import Feed, Fetcher, Progress, Response

from .buckets import FeedRow

CHUNK_BYTES = 256 * 1024
MAX_FEED_BYTES = 2 << 30


class FetchError(Exception):
    """This file cannot be had. ``absent``: nobody offers it."""

    def __init__(self, reason: str, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.absent = absent


class Fetched(Struct, frozen=True):
    file: Path
    url: str
    as_of: str
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    detail: str = ""
    replaces: frozenset[str] | None = None  # the file has these records alone
    confirmed: str = ""  # day up to which this origin vouches that it is the newest
    derived: bool = False  # made by a mirror, and not its source's own


class Unchanged(Struct, frozen=True):
    """The file is the one that ``FeedRow`` was made of; ``confirmed`` as above, "" where the origin does not say."""

    confirmed: str = ""


def download(
    fetcher: Fetcher, url: str, feed: Feed, row: FeedRow | None, target: Path, progress: Progress, place: str
) -> Fetched | Unchanged:
    """``place``: the lasting address, by which the file is known the next time."""
    headers = {"Accept-Encoding": "identity" if feed.compressed else "gzip"}
    if row and row.url == place:  # else what we have is from another place
        if row.etag:
            headers["If-None-Match"] = row.etag
        if row.last_modified:
            headers["If-Modified-Since"] = row.last_modified
    response = fetcher.request(url, headers=headers)
    try:
        if response.status == 304:
            return Unchanged()
        _expect_ok(response)
        digest = _save(response, target, url, progress)
    finally:
        response.close()
    modified = response.headers.get("last-modified", "")
    return Fetched(target, place, _day(modified), response.headers.get("etag", ""), modified, digest)


def _save(response: Response, target: Path, url: str, progress: Progress) -> str:
    """The checksum of what was written. Whether all of it came is checked, as far as the answer says how much there is."""
    import hashlib

    length = response.headers.get("content-length", "")
    total = int(length) if length.isdecimal() and not response.headers.get("content-encoding") else None
    digest = hashlib.sha256()
    done = 0
    with target.open("wb") as file:
        while chunk := response.read(CHUNK_BYTES):
            done += len(chunk)
            if done > MAX_FEED_BYTES:
                raise FetchError(f"more than {MAX_FEED_BYTES} bytes")
            file.write(chunk)
            digest.update(chunk)
            progress(url, done, total)
    if total is not None and done != total:
        raise FetchError(f"cut short: {done} of {total} bytes")
    return digest.hexdigest()


def body_of(fetcher: Fetcher, url: str, limit: int) -> bytes:
    response = fetcher.request(url, headers={"Accept-Encoding": "identity"})
    try:
        _expect_ok(response)
        parts, size = [], 0
        while chunk := response.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                raise FetchError(f"more than {limit} bytes")
            parts.append(chunk)
    finally:
        response.close()
    return b"".join(parts)


def _expect_ok(response: Response) -> None:
    if response.status != 200:
        raise FetchError(f"the server answered {response.status}", absent=response.status in (404, 410))


def _day(last_modified: str) -> str:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(last_modified).date().isoformat()
    except ValueError:
        return datetime.now(UTC).date().isoformat()

"""Downloads one file of a feed; an interrupted download is resumed, in this run or the next.

A part is continued by a range of bytes, on the condition that the file is still the same (``If-Range``). Unless the answer
confirms that by the same validator, or is the whole file, the download starts anew: two versions are never joined. If
the server states a checksum, the joined file is verified by it. A file that does not begin as it should is refused before
it replaces anything.
Raises: NetworkError; ``FetchError`` if the file is not available; ``GateClosedError`` if the update has ended.
**Source:** RFC 9110 13.1.5 (If-Range), 8.8.2.2 (dates as strong validators), 14.4 (Content-Range), 15.3.7 (206).
"""

import base64
import hashlib
import random
import re
import time
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from msgspec import Struct

from careen.errors import NetworkError
from careen.net.pace import SlowError, backoff_s
from careen.plugins import Feed, Fetcher, Progress, Response, silent

from .head import FeedRow
from .partial import Partial, Version, is_kept, partial_of, remove
from .sniff import unexpected_content
from .space import LEAST_BYTES, full_as_error
from .workers import Gate

CHUNK_BYTES = 256 * 1024
MAX_FEED_BYTES = 2 << 30
TRIES = 20  # attempts for one file in one run
VAIN_TRIES = 3  # successive attempts without a new byte, after which it fails
_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15})")


class FetchError(Exception):
    """A file is not available. ``absent``: it exists at no address. ``gone``: it is not at this address. ``damaged``:
    the answer is not the expected file.
    """

    def __init__(self, reason: str, *, absent: bool = False, gone: bool = False, damaged: bool = False) -> None:
        super().__init__(reason)
        self.absent, self.gone, self.damaged = absent, gone or absent, damaged


class LateError(FetchError):
    """A file did not arrive in time."""

    def __init__(self, reason: str = "no answer in time") -> None:
        super().__init__(reason)


class Fetched(Struct, frozen=True):
    file: Path
    url: str
    as_of: str
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    detail: str = ""
    replaces: frozenset[str] | None = None  # the file has only these records
    is_behind: bool = False  # it contains only the older changes, because time ran out
    confirmed: str = ""  # day up to which this origin states that it is the newest
    derived: bool = False  # made by a mirror, not by its source


class Unchanged(Struct, frozen=True):
    """The file is still that of ``FeedRow``. ``confirmed`` is the day up to which the origin states this; "" if it does
    not.
    """

    confirmed: str = ""


class Downloads:
    """Downloads files of feeds. ``folder`` stores unfinished ones for the next run. ``leave_bytes``: larger files are
    left for a later update if the database has an older edition.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        folder: Path,
        gate: Gate | None = None,
        progress: Progress = silent,
        sleep: Callable[[float], None] | None = None,
        jitter: Callable[[], float] = random.random,
        leave_bytes: int | None = None,
    ) -> None:
        self._fetcher, self._folder, self._progress = fetcher, folder, progress
        self._sleep, self._jitter = sleep or time.sleep, jitter
        self._gate = gate or Gate()
        self._leave_bytes = leave_bytes

    def fetch(self, url: str, feed: Feed, row: FeedRow | None, place: str) -> Fetched | Unchanged:
        """Downloads a file. ``place`` is its permanent address, which identifies it in the next run. The returned file
        stays in ``folder`` until ``drop``.
        """
        part = partial_of(self._folder, url, feed.path, self._gate)
        part.take_up(url)
        leave_bytes = self._leave_bytes if row else None
        known = row if row and row.url == place else None  # else the stored edition is from another place
        vain = 0
        for attempt in range(1, TRIES + 1):
            before = part.size
            try:
                return self._asked(url, feed, known, place, part, leave_bytes)
            except _BrokenError as broken:
                vain = 0 if part.size > before else vain + 1
                if attempt == TRIES or vain == VAIN_TRIES:
                    raise broken.reason from None
            self._sleep(backoff_s(vain + 1, self._jitter()))
        raise AssertionError  # the last attempt returns or raises

    def by(self, fetcher: Fetcher) -> "Downloads":
        """A copy of these downloads with another fetcher."""
        other = copy(self)
        other._fetcher = fetcher
        return other

    def keeps(self, file: Path) -> bool:
        """Whether a file that ``fetch`` returned is kept for the next run."""
        return is_kept(file)

    def drop(self, file: Path) -> None:
        """Removes a file that ``fetch`` returned."""
        if file.parent == self._folder:
            remove(file)

    def _asked(
        self, url: str, feed: Feed, row: FeedRow | None, place: str, part: Partial, leave_bytes: int | None
    ) -> Fetched | Unchanged:
        response = self._fetcher.request(url, headers=_headers(feed, row, part))
        try:
            if response.status == 304 and part.whole:
                return _fetched(part, place)
            if response.status == 304:
                part.drop()
                return Unchanged()
            if response.status == 416 or (response.status == 206 and not _continues(response, part)):
                part.drop()
                raise _BrokenError(FetchError("the server does not continue the download"))
            first = b""
            if response.status != 206:
                expect_ok(response)
                first = _chunk(response)
                if what := unexpected_content(feed.path, first):
                    raise FetchError(f"the server sent {what}", damaged=True)
                self._begin(response, url, part)
            with full_as_error(part.data, lambda: _missing(part)):
                self._read(response, url, first, part, leave_bytes)
        finally:
            response.close()
        return _fetched(part, place)

    def _begin(self, response: Response, url: str, part: Partial) -> None:
        headers = response.headers
        encoding = headers.get("content-encoding", "")
        length = headers.get("content-length", "")
        version = Version(
            url, headers.get("etag", ""), headers.get("last-modified", ""), encoding,
            int(length) if length.isdecimal() else None, _validator(headers), _md5(headers),
        )  # fmt: skip
        is_short = version.length is not None and version.length <= CHUNK_BYTES
        part.begin(version, keep=bool(version.validator) and not is_short)

    def _read(self, response: Response, url: str, first: bytes, part: Partial, leave_bytes: int | None) -> None:
        """Reads the rest of a response into the part. Raises an error if the server states a length and the rest is
        shorter.
        """
        total = part.version.length if part.version else None
        if leave_bytes is not None and total is not None and total > leave_bytes:
            raise LateError(f"left for later: it has {total / 1e6:,.0f} MB")
        while chunk := first or _chunk(response):
            first = b""
            if part.size + len(chunk) > MAX_FEED_BYTES:
                part.drop()
                raise FetchError(f"the file has more than {MAX_FEED_BYTES} bytes")
            part.write(chunk)
            self._progress(url, part.size, total)
        if total is not None and part.size != total:
            short = FetchError(f"cut short: {part.size} of {total} bytes", damaged=True)
            if part.size > total:
                part.drop()
            raise _BrokenError(short)
        if response.status == 206 and not _has_right_checksum(part):
            part.drop()
            raise FetchError("its checksum is not the one that the server stated", damaged=True)
        part.finish()


def _missing(part: Partial) -> int:
    """The number of missing bytes; ``LEAST_BYTES`` if the server does not state the length."""
    total = part.version.length if part.version else None
    return LEAST_BYTES if total is None else total - part.size


class _BrokenError(Exception):
    """The download broke off. Another attempt may complete it."""

    def __init__(self, reason: FetchError | NetworkError) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _chunk(response: Response) -> bytes:
    try:
        return response.read(CHUNK_BYTES)
    except SlowError:  # another attempt would take as long
        raise
    except NetworkError as error:
        raise _BrokenError(error) from None


def _headers(feed: Feed, row: FeedRow | None, part: Partial) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity" if feed.compressed else "gzip"}
    known = part.version if part.whole else row
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    if part.version and part.version.validator and part.size and not part.whole:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": part.version.validator}
    return headers


def _validator(headers: Mapping[str, str]) -> str:
    """The validator that distinguishes this version from every other: a strong ETag, else a date that was at least a
    minute old when it was sent; "" if there is neither.
    """
    if headers.get("accept-ranges") == "none":
        return ""
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if etag:
        return etag if etag.startswith('"') else ""
    try:
        is_strong = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(modified) >= timedelta(minutes=1)
    except (ValueError, TypeError):
        return ""
    return modified if is_strong else ""


def _md5(headers: Mapping[str, str]) -> str:
    """The MD5, in base64, of the bytes in Google Cloud Storage; "" for a response with a content encoding.
    Source: Google Cloud Storage XML API, ``x-goog-hash: crc32c=…,md5=…``.
    """
    header = "" if headers.get("content-encoding") else headers.get("x-goog-hash", "")
    return next((part.strip()[4:] for part in header.split(",") if part.strip().startswith("md5=")), "")


def _has_right_checksum(part: Partial) -> bool:
    """Whether the joined file has the checksum that the server stated, because a server may use one tag for two
    versions. True without a checksum.
    """
    if part.version is None or not part.version.md5:
        return True
    with part.data.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).digest()
    return base64.b64encode(digest).decode() == part.version.md5


def _continues(response: Response, part: Partial) -> bool:
    """Whether a response with status 206 continues the stored part, by its range, its length and its validator."""
    version, headers = part.version, response.headers
    named = _RANGE.fullmatch(headers.get("content-range", ""))
    if version is None or named is None or int(named[1]) != part.size:
        return False
    if version.length is not None and int(named[2]) != version.length:
        return False
    validator = headers.get("etag", "") if version.etag else headers.get("last-modified", "")
    return validator == version.validator and headers.get("content-encoding", "") == version.encoding


def _fetched(part: Partial, place: str) -> Fetched:
    version = part.version or Version(place)
    modified = version.last_modified
    return Fetched(part.data, place, _day(modified), version.etag, modified, part.sha256)


def body_of(fetcher: Fetcher, url: str, limit: int, sleep: Callable[[float], None] | None = None) -> bytes:
    """The content of a small file. An interrupted download is repeated."""
    for attempt in range(1, VAIN_TRIES):
        try:
            return _body(fetcher, url, limit)
        except _BrokenError:
            (sleep or time.sleep)(backoff_s(attempt, random.random()))  # noqa: S311
    try:
        return _body(fetcher, url, limit)
    except _BrokenError as broken:
        raise broken.reason from None


def _body(fetcher: Fetcher, url: str, limit: int) -> bytes:
    response = fetcher.request(url, headers={"Accept-Encoding": "identity"})
    try:
        expect_ok(response)
        parts, size = [], 0
        while chunk := _chunk(response):
            size += len(chunk)
            if size > limit:
                raise FetchError(f"more than {limit} bytes")
            parts.append(chunk)
    finally:
        response.close()
    return b"".join(parts)


def expect_ok(response: Response) -> None:
    if response.status != 200:
        raise FetchError(f"the server answered {response.status}", absent=response.status in (404, 410))


def _day(last_modified: str) -> str:
    try:
        return parsedate_to_datetime(last_modified).date().isoformat()
    except ValueError:
        return datetime.now(UTC).date().isoformat()

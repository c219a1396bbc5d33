"""The changed records of a feed since a time, from an API that is queried in windows of time, page by page. One answer
serves all feeds of the API.

Shape of a page: ``{totalResults, startIndex, vulnerabilities: [{cve: {id}}]}``. The total may grow while pages are read. If
it shrinks, a record left the window (it changed again, and is in the next one) and the later ones moved up: the window is
requested again. Requests are sequential, at the rate that the API allows. If they break off, the complete windows are used,
and the next update continues there. None means that the whole feed is fetched, because too much changed, or too long ago.
**Source:** NVD Developers, "Vulnerabilities" (CVE API 2.0: 120 days, 2,000 results a page) and "Start Here" (rate limits).
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from careen.errors import NetworkError
from careen.plugins import Feed, Fetcher, Progress
from careen.safety.typed import from_json

from .changes import Changes

MAX_AGE = timedelta(days=120)
WINDOW = timedelta(days=30)  # of the 120 days that one request may cover: complete windows are kept
EARLIER = timedelta(days=1)  # requested in addition, so that the answer also serves slightly older feeds
MAX_PAGES = 10
MAX_PAGE_BYTES = 64 << 20
MAX_BYTES = 256 << 20
TRIES = 3
PAUSE_S, PAUSE_WITH_KEY_S = 6.0, 0.6  # for 5 and 50 requests in 30 seconds
CHUNK_BYTES = 256 * 1024


class _Id(Struct, gc=False):
    id: str


class _Item(Struct, gc=False):
    cve: _Id


class _Page(Struct, gc=False, rename="camel"):
    total_results: int
    vulnerabilities: tuple[Raw, ...] = ()


class _Answer(Struct):
    start: datetime
    until: datetime
    records: dict[str, bytes]


class Windows:
    """The changed records of APIs; each API is queried once for all of its feeds. ``key``: a user's key of the API, which
    allows a faster rate.
    """

    def __init__(self, fetcher: Fetcher, key: str = "", sleep: Callable[[float], None] = time.sleep) -> None:
        self._fetcher, self._key, self._sleep = fetcher, key, sleep
        self._lock = threading.Lock()
        self._answers: dict[str, _Answer | None] = {}
        self._asked = False

    def since(self, feed: Feed, moment: str, target: Path, progress: Progress) -> Changes | None:
        """Writes the records of ``feed`` that changed after ``moment`` to ``target``. Without a change there is no
        file. None if the whole feed has to be fetched.
        """
        start = _moment(moment)
        if start is None:
            return None
        with self._lock:
            answer = self._answers.get(feed.window)
            if feed.window not in self._answers or (answer and start < answer.start):
                answer = self._answers[feed.window] = self._ask(feed.window, start - EARLIER, progress)
        if answer is None:
            return None
        ids = frozenset(id for id in answer.records if id.startswith(feed.ids))
        if ids:
            joined = b",\n".join(answer.records[id] for id in sorted(ids))
            target.write_bytes(b'{"vulnerabilities": [' + joined + b"]}")
        return Changes(ids, answer.until.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def _ask(self, address: str, start: datetime, progress: Progress) -> _Answer | None:
        now = datetime.now(UTC)
        if not timedelta(0) < now - start <= MAX_AGE:
            return None
        answer = _Answer(start, start, {})
        budget = _Budget()
        while answer.until < now:
            end = min(answer.until + WINDOW, now)
            try:
                answer.records |= self._window(address, answer.until, end, budget, progress)
            except _TooMuchError:
                return None
            except (NetworkError, ValueError):
                # It is useless unless it ends after the requested time.
                return answer if answer.until > start + EARLIER else None
            answer.until = end
        return answer

    def _window(self, address: str, start: datetime, end: datetime, budget: "_Budget", progress: Progress) -> dict[str, bytes]:
        for _ in range(TRIES):
            records: dict[str, bytes] = {}
            offset = total = 0
            while True:
                page = self._page(address.format(start=_written(start), end=_written(end), offset=offset), budget)
                if page.total_results < total:
                    break
                total = page.total_results
                for raw in page.vulnerabilities:
                    records[from_json(raw, _Item).cve.id] = bytes(raw)
                offset += len(page.vulnerabilities)
                progress("what changed", offset, None)
                if offset >= total:
                    return records
                if not page.vulnerabilities:
                    raise ValueError("a page without records before the last one")
        raise ValueError("it changes faster than it can be read")

    def _page(self, address: str, budget: "_Budget") -> _Page:
        if self._asked:
            self._sleep(PAUSE_WITH_KEY_S if self._key else PAUSE_S)
        self._asked = True
        response = self._fetcher.request(address, headers={"apiKey": self._key} if self._key else {})
        try:
            if response.status != 200:
                raise ValueError(f"the server answered {response.status}")
            data = bytearray()
            while chunk := response.read(CHUNK_BYTES):
                data += chunk
                if len(data) > MAX_PAGE_BYTES:
                    raise ValueError(f"a page of more than {MAX_PAGE_BYTES} bytes")
        finally:
            response.close()
        budget.spend(len(data))
        try:
            return from_json(data, _Page)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(str(error)) from None


class _TooMuchError(ValueError):
    """There are so many changes that whole files are quicker."""


class _Budget:
    def __init__(self) -> None:
        self._pages = self._bytes = 0

    def spend(self, size: int) -> None:
        self._pages += 1
        self._bytes += size
        if self._pages > MAX_PAGES or self._bytes > MAX_BYTES:
            raise _TooMuchError


def _written(moment: datetime) -> str:
    return quote(moment.strftime("%Y-%m-%dT%H:%M:%S.000+00:00"), safe=":")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""Limits the rate of requests to a registry: a token bucket in its row, which all workers on all machines share.

One UPDATE refills the bucket and takes a token, so that two workers never take the same one. If a registry demands a pause
(429, ``Retry-After``, an exhausted allowance), all workers pause.
**Source:** RFC 9110 10.2.3 (Retry-After); IETF draft "RateLimit header fields for HTTP"; Docker Hub, "Pull usage and limits";
GitHub REST API, "Rate limits".
"""

import re
import time
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Engine, Float, bindparam, case, select, update

from careen.plugins import Fetcher, Response

from .connection import writing
from .queue import RetryError
from .tables import registry

BURST_S = 2.0  # the bucket holds the tokens of this duration
PATIENCE_S = 20.0  # after a longer wait the job returns to the queue, so that the worker can do other work
MAX_PAUSE_S = 24 * 3600.0
_MOMENTS = 1e9  # larger numbers are seconds since 1970, smaller ones seconds from now
_LIMIT = re.compile(r"\s*(\d{1,10})\s*(?:;.*?\bw=(\d{1,10}))?")
_FIELD = re.compile(r"\b([rt])=(\d{1,12})")


_ROW, _NOW = registry.c, bindparam("now", type_=Float)
_FILLED = _ROW.tokens + case((_ROW.tokens_at < _NOW, _NOW - _ROW.tokens_at), else_=0.0) * _ROW.per_second
_MOST = case((_ROW.per_second * BURST_S > 1.0, _ROW.per_second * BURST_S), else_=1.0)
_AVAILABLE = case((_FILLED > _MOST, _MOST), else_=_FILLED)
_TAKE = (
    update(registry)
    .where(_ROW.id == bindparam("which"), _ROW.paused_until <= _NOW, _AVAILABLE >= 1.0)
    .values(tokens=_AVAILABLE - 1.0, tokens_at=case((_ROW.tokens_at < _NOW, _NOW), else_=_ROW.tokens_at))
)
_LEFT = select(_ROW.paused_until, _ROW.per_second, _AVAILABLE).where(_ROW.id == bindparam("which"))


def take(connection: Connection, registry_id: int, now: float) -> float:
    """Takes a token. Returns 0, or without a token the seconds until one may be available. Raises RetryError if the
    registry was removed.
    """
    given = {"which": registry_id, "now": now}
    if connection.execute(_TAKE, given).rowcount:
        return 0.0
    left = connection.execute(_LEFT, given).first()
    if left is None:
        raise RetryError("the registry was removed", 0.0)
    paused_until, per_second, tokens = left
    return float(max(paused_until - now, (1.0 - tokens) / max(per_second, 0.001), 0.001))


def pause(connection: Connection, registry_id: int, until: float) -> None:
    """Stops all requests to the registry before ``until``, unless a later time is stored already."""
    connection.execute(
        update(registry)
        .where(registry.c.id == registry_id, registry.c.paused_until < until)
        .values(paused_until=until, tokens=0.0)
    )


def pause_of(headers: Mapping[str, str], now: float) -> float | None:
    """The time until which the headers of a response allow no further request; None if they allow one now, or state nothing."""
    if field := headers.get("ratelimit"):
        values = dict(_FIELD.findall(field))
        return _moment(values.get("t", ""), now) if values.get("r") == "0" else None
    for prefix in ("ratelimit", "x-ratelimit"):
        remaining = _LIMIT.match(headers.get(f"{prefix}-remaining", ""))
        if remaining is None or int(remaining[1]) > 0:
            continue
        if moment := _moment(headers.get(f"{prefix}-reset", ""), now):
            return moment
        limit = _LIMIT.match(headers.get(f"{prefix}-limit", ""))
        if limit and limit[2] and int(limit[1]):  # a rolling window: after this time there is one more
            return now + int(limit[2]) / int(limit[1])
    return None


class PacedFetcher:
    """A fetcher that takes a token for each request, and stores the pauses that the registry demands. ``pause`` is what
    the network calls before it repeats a request. Raises RetryError for a wait that is too long.
    """

    def __init__(
        self,
        engine: Engine,
        registry_id: int,
        make: Callable[[Callable[[float], None]], Fetcher],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine, self._id, self._clock, self._sleep = engine, registry_id, clock, sleep
        self._fetcher = make(self.pause)

    def request(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        self._wait()
        response = self._fetcher.request(url, method=method, headers=headers, body=body)
        now = self._clock()
        until = None if method == "HEAD" else pause_of(response.headers, now)  # HEAD requests do not count against the limit
        if until is not None:
            with writing(self._engine) as connection:
                pause(connection, self._id, min(until, now + MAX_PAUSE_S))
        return response

    def pause(self, seconds: float) -> None:
        now = self._clock()
        with writing(self._engine) as connection:
            pause(connection, self._id, now + min(seconds, MAX_PAUSE_S))
        self._wait()

    def _wait(self) -> None:
        waited = 0.0
        while True:
            with writing(self._engine) as connection:
                seconds = take(connection, self._id, self._clock())
            if not seconds:
                return
            if waited + seconds > PATIENCE_S:
                raise RetryError("the registry demands a pause", seconds)
            self._sleep(seconds)
            waited += seconds


def _moment(text: str, now: float) -> float | None:
    if not text.strip().isdigit():
        return None
    number = float(text.strip()[:12])
    return number if number >= _MOMENTS else now + number

"""Limits on how much, how fast and how often a caller may send.

Raises: Refused, 413 for a body over the limit of its operation, 408 if it arrives too slowly, 429 with ``Retry-After``.
"""

import asyncio
import threading
import time
from collections import OrderedDict

from starlette.requests import ClientDisconnect, Request

from .errors import Refused

CALLERS = 50_000  # callers whose rates are remembered
FAILURES = 30  # wrong keys or passwords from one address, before it has to wait
FAILURES_PER_S = 0.2
BODY_S = 15.0  # time for a body,
BODY_BYTES_PER_S = 64 * 1024  # extended at this rate for larger bodies
QUIET_S = 10.0  # the longest pause within a body


class Rates:
    """Token buckets by caller; threads may share it."""

    def __init__(self, per_minute: int) -> None:
        self._per_s, self._burst = per_minute / 60, float(per_minute)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # the tokens left, and when they were counted
        self._lock = threading.Lock()

    def take(self, caller: str) -> None:
        wait_s = self._take(caller, self._burst, self._per_s, 1.0)
        if wait_s:
            raise _later(wait_s, "too many requests", "rate")

    def refuse_guessing(self, address: str) -> None:
        wait_s = self._take(f"guess {address}", float(FAILURES), FAILURES_PER_S, 0.0)
        if wait_s:
            raise _later(wait_s, "too many wrong keys or passwords from this address", "guessing")

    def note_failure(self, address: str) -> None:
        self._take(f"guess {address}", float(FAILURES), FAILURES_PER_S, 1.0)

    def _take(self, key: str, burst: float, per_s: float, cost: float) -> float:
        """Takes ``cost`` tokens of the bucket ``key``. Returns 0, or the seconds to wait if there are too few."""
        now = time.monotonic()
        with self._lock:
            tokens, at = self._left.get(key, (burst, now))
            tokens = min(burst, tokens + (now - at) * per_s)
            if tokens < 1.0:
                self._left[key] = (tokens, now)
                return (1.0 - tokens) / per_s
            if cost:
                self._left[key] = (tokens - cost, now)
                self._left.move_to_end(key)
                while len(self._left) > CALLERS:
                    self._left.popitem(last=False)
            return 0.0


async def read_body(request: Request, max_bytes: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length and (not length.isdecimal() or int(length[:20]) > max_bytes):
        raise _too_large(max_bytes)
    parts: list[bytes] = []
    size, start = 0, time.monotonic()
    stream = request.stream().__aiter__()
    while True:
        left_s = BODY_S + size / BODY_BYTES_PER_S - (time.monotonic() - start)
        try:
            part = await asyncio.wait_for(anext(stream), max(0.0, min(left_s, QUIET_S)))
        except StopAsyncIteration:
            return b"".join(parts)
        except TimeoutError:
            raise Refused(408, "the body arrives too slowly", "slow", {"Connection": "close"}) from None
        except ClientDisconnect:
            raise Refused(400, "the body ends early", "incomplete") from None
        size += len(part)
        if size > max_bytes:
            raise _too_large(max_bytes)
        parts.append(part)


def _too_large(max_bytes: int) -> Refused:
    limit = f"the body is longer than {max_bytes} bytes, the maximum for this operation" if max_bytes else "it takes no body"
    return Refused(413, limit, "too_large", {"Connection": "close"})


def _later(wait_s: float, why: str, code: str) -> Refused:
    return Refused(429, why, code, {"Retry-After": str(int(wait_s) + 1)})

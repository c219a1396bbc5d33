"""A fetcher that respects a registry's limits: if one request has to wait, all requests wait.

Threads share it, and so do forked processes. The network's retries determine the duration: ``Retry-After`` of a 429 or 503,
else a growing pause.
"""

import mmap
import threading
import time
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from careen.net import NetSettings, make_fetcher
from careen.plugins import Fetcher, Response

MAX_WAIT_S = 1800.0  # a run of several hours can wait longer than a user at a terminal
ATTEMPTS = 8


def paced(settings: NetSettings, sleep: Callable[[float], None] = time.sleep) -> "PacedFetcher":
    gate = Gate(sleep)
    settings = replace(settings, max_wait_s=MAX_WAIT_S, attempts=ATTEMPTS)
    return PacedFetcher(make_fetcher(settings, sleep=gate.pause), gate)


class Gate:
    """A gate for requests, closed while any of them has to wait."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic) -> None:
        self._sleep, self._clock = sleep, clock
        self._lock = threading.Lock()
        self._until = memoryview(mmap.mmap(-1, 8)).cast("d")  # forked processes share it, and so does the system's clock

    def pause(self, seconds: float) -> None:
        """Closes the gate for so many seconds, and waits until it opens."""
        with self._lock:
            self._until[0] = max(self._until[0], self._clock() + seconds)
        self.wait()

    def wait(self) -> None:
        while True:
            with self._lock:
                left = self._until[0] - self._clock()
            if left <= 0:
                return
            self._sleep(left)


class PacedFetcher:
    def __init__(self, fetcher: Fetcher, gate: Gate) -> None:
        self._fetcher, self._gate = fetcher, gate

    def request(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        self._gate.wait()
        return self._fetcher.request(url, method=method, headers=headers, body=body)

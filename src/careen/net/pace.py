"""HTTP responses with a minimum speed: a response that is too slow, in its headers or its body, is given up.

A time-out applies to one read; a server that sends a byte every few seconds never exceeds it. So all reads of a response
together, from its first byte on, may take ``grace_s``, and one second more for each ``BYTES_S`` received. The headers may
have ``HEADER_BYTES`` in total, including interim responses (``100 Continue``).
Raises: SlowError; LongHeadersError. Neither contains the host: ``failures.as_network_error`` adds it.
**Source:** RFC 9110 15.2 (interim answers), RFC 9112 7.1.2 (trailers).
"""

import io
import time
from typing import TYPE_CHECKING, Any

from ..errors import NetworkError

if TYPE_CHECKING:
    import http.client

BYTES_S = 4096
HEADER_BYTES = 1 << 20


def backoff_s(attempt: int, jitter: float) -> float:
    """The seconds to wait after so many failed attempts. ``jitter`` (0 to 1) spreads the clients."""
    return min(0.5 * 2.0 ** (attempt - 1), 8.0) * (0.5 + jitter)


class SlowError(NetworkError):
    """The server sends almost nothing; another request would be as slow."""


class LongHeadersError(NetworkError):
    """The headers of a response are too long."""


def paced(grace_s: float) -> "type[http.client.HTTPResponse]":
    """The response class for connections, with the minimum speed."""
    import http.client

    class Paced(http.client.HTTPResponse):
        def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
            super().__init__(sock, *arguments, **options)
            self._pace = _Pace(self.fp.detach(), grace_s)
            self.fp = io.BufferedReader(self._pace)

        def begin(self) -> None:
            self._pace.left = HEADER_BYTES
            super().begin()
            self._pace.left = None

        def _read_and_discard_trailer(self) -> None:
            self._pace.left = HEADER_BYTES
            super()._read_and_discard_trailer()  # type: ignore[misc]
            self._pace.left = None

    return Paced


class _Pace(io.RawIOBase):
    """The bytes of a connection. ``left``: how many more may arrive, if they are limited."""

    def __init__(self, raw: io.RawIOBase, grace_s: float) -> None:
        self._raw, self._grace_s = raw, grace_s
        self._got, self._spent_s = 0, 0.0
        self.left: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        started = time.monotonic()
        count = self._raw.readinto(buffer) or 0
        if self._got:  # for the first byte, the time-out applies
            self._spent_s += time.monotonic() - started
        self._got += count
        if self._spent_s > self._grace_s + self._got / BYTES_S:
            raise SlowError(f"sends almost nothing ({self._got} bytes so far)", "try again later")
        if self.left is not None:
            self.left -= count
            if self.left < 0:
                raise LongHeadersError(f"sends headers of more than {HEADER_BYTES >> 20} MiB", "check the address")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()

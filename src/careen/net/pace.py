"""Answers of HTTP that have to come at some pace: one that trickles for ever is given up, in its headers and in its body.

A time-out sees one read; a server that sends a byte every few seconds never runs into it. So all reads of an answer
together, from its first byte on, may take ``grace_s`` and a second more for each ``BYTES_S`` that came.
Headers may have ``HEADER_BYTES`` in all, interim answers (``100 Continue``) included.
Raises: SlowError; LongHeadersError for headers over their bound. Neither names the host: ``trouble.explained`` does.
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
    """How long to wait after so many attempts that came to nothing; ``jitter`` (0 to 1) keeps clients apart."""
    return min(0.5 * 2.0 ** (attempt - 1), 8.0) * (0.5 + jitter)


class SlowError(NetworkError):
    """The other side sends next to nothing: to ask it again takes as long."""


class LongHeadersError(NetworkError):
    """The headers of an answer have no end."""


def paced(grace_s: float) -> "type[http.client.HTTPResponse]":
    """The class of answers for connections."""
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
    """The bytes of a connection; ``left`` is how many may still come where there is a bound."""

    def __init__(self, raw: io.RawIOBase, grace_s: float) -> None:
        self._raw, self._grace_s = raw, grace_s
        self._got, self._spent_s = 0, 0.0
        self.left: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        started = time.monotonic()
        count = self._raw.readinto(buffer) or 0
        if self._got:  # how long the first byte may take is the time-out's affair
            self._spent_s += time.monotonic() - started
        self._got += count
        if self._spent_s > self._grace_s + self._got / BYTES_S:
            raise SlowError(f"sends next to nothing ({self._got} bytes so far)", "try again later")
        if self.left is not None:
            self.left -= count
            if self.left < 0:
                raise LongHeadersError(f"sends headers of more than {HEADER_BYTES >> 20} MiB", "check the address")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()

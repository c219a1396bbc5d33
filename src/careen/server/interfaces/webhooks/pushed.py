"""The common result of webhooks, a pushed image; and a memory of recent requests."""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock

from msgspec import Struct

MAX_EVENTS = 1000  # events in one request
MANIFESTS = frozenset(("application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json"))
INDEXES = frozenset(("application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"))


class Pushed(Struct, frozen=True):
    """A pushed image. ``identity`` is its digest, if that is known to be an image's and not an index's."""

    repository: str
    digest: str = ""
    tag: str = ""
    at: float | None = None
    identity: str = ""


class Seen:
    """The digests of requests in the last minutes."""

    def __init__(self, seconds: float = 600.0, most: int = 10_000) -> None:
        self._seconds, self._most = seconds, most
        self._times: OrderedDict[bytes, float] = OrderedDict()
        self._lock = Lock()

    def before(self, request: bytes) -> bool:
        """Whether the same request came before; remembers it."""
        now = time.monotonic()
        with self._lock:
            while self._times and (len(self._times) > self._most or next(iter(self._times.values())) < now - self._seconds):
                self._times.popitem(last=False)
            if request in self._times:
                return True
            self._times[request] = now
            return False

    def forget(self, request: bytes) -> None:
        with self._lock:
            self._times.pop(request, None)


def moment(text: str | float | None) -> float | None:
    """Seconds since 1970 of a time in ISO 8601, or of a number of seconds; None if it is malformed or in the future. A time
    without an offset is in UTC.
    """
    try:
        if isinstance(text, int | float):
            seconds = float(text)
        else:
            found = datetime.fromisoformat(text or "")
            seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < time.time() + 300 else None

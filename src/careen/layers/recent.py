"""The Deltas that were decoded last: images of a fleet share their lower layers."""

import threading
from collections import OrderedDict

from careen.model.delta import Delta

MAX_BYTES = 16 << 20  # of encoded Deltas; decoded ones take several times as much


class RecentDeltas:
    """Deltas by their keys in the store, up to a total size; those that were used least recently go first. Threads may share
    it: nothing changes a Delta.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._size_bytes = 0
        self._deltas = OrderedDict[str, tuple[Delta, int]]()
        self._lock = threading.Lock()

    def get(self, key: str) -> Delta | None:
        with self._lock:
            found = self._deltas.get(key)
            if found is None:
                return None
            self._deltas.move_to_end(key)
            return found[0]

    def put(self, key: str, delta: Delta, size_bytes: int) -> None:
        if size_bytes > self._max_bytes // 4:  # a few of these would leave no room for others
            return
        with self._lock:
            if key in self._deltas:
                return
            self._deltas[key] = delta, size_bytes
            self._size_bytes += size_bytes
            while self._size_bytes > self._max_bytes:
                _, (_, size) = self._deltas.popitem(last=False)
                self._size_bytes -= size

"""The contract of a store, and a store for a single run."""

from typing import Protocol


class Store(Protocol):
    """Keeps bytes by key. It may forget anything at any time, and never returns a part of what was put."""

    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, data: bytes) -> None: ...
    def close(self) -> None: ...


class MemoryStore:
    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._data.get(key)

    def put(self, key: str, data: bytes) -> None:
        self._data[key] = data

    def close(self) -> None:
        pass


class NoStore:
    """The store for ``--no-cache``: nothing is kept, everything is read."""

    def get(self, key: str) -> bytes | None:
        return None

    def put(self, key: str, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass

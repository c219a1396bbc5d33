"""The interface of a store, and a store in memory for a single run."""

from typing import Protocol


class Store(Protocol):
    """Stores bytes by key. It may drop anything at any time, and never returns incomplete bytes."""

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
    """The store for ``--no-cache``, which stores nothing."""

    def get(self, key: str) -> bytes | None:
        return None

    def put(self, key: str, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass

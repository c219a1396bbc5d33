"""A cache of values that are expensive to open. Each value has one user at a time, and is opened again if its key
changes.
"""

import threading
import weakref
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Generic, TypeVar

Value = TypeVar("Value")

MOST = 2  # cached values without a user; others are closed


class Kept(Generic[Value]):
    """A cache that threads may share. When it is garbage-collected, the unused values are closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[tuple[Hashable, Value, ExitStack]] = []
        weakref.finalize(self, _close, self._free)

    @contextmanager
    def using(self, key: Hashable, opened: Callable[[], AbstractContextManager[Value]]) -> Iterator[Value]:
        """Lends a cached or newly opened value for the block. A value whose block raises is closed, and not used again."""
        value, stack = self._taken(key) or _opened(opened)
        try:
            yield value
        except BaseException:
            stack.close()
            raise
        with self._lock:
            if len(self._free) < MOST:
                self._free.append((key, value, stack))
                return
        stack.close()

    def close(self) -> None:
        with self._lock:
            _close(self._free)

    def _taken(self, key: Hashable) -> tuple[Value, ExitStack] | None:
        with self._lock:
            old = [each for each in self._free if each[0] != key]
            same = [each for each in self._free if each[0] == key]
            found = same.pop() if same else None
            self._free[:] = same
        for _, _, stack in old:
            stack.close()
        return (found[1], found[2]) if found else None


def _close(free: list[tuple[Hashable, Value, ExitStack]]) -> None:
    while free:
        free.pop()[2].close()


def _opened(opened: Callable[[], AbstractContextManager[Value]]) -> tuple[Value, ExitStack]:
    with ExitStack() as stack:
        value = stack.enter_context(opened())
        return value, stack.pop_all()

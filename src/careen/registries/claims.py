"""Which image reads a layer that several images share: one goes first, the others wait until the layer is stored.

Everybody takes the claims of an image in the same order, so that no two wait for each other.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Protocol


class Claims(Protocol):
    def first(self, digests: Iterable[str]) -> AbstractContextManager[None]:
        """Waits until nobody else reads one of these layers. They count as read at the end of the block, unless it fails."""
        ...


class ThreadClaims:
    """Claims of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading: dict[str, threading.Lock] = {}
        self._read: set[str] = set()

    @contextmanager
    def first(self, digests: Iterable[str]) -> Iterator[None]:
        wanted = sorted(set(digests))
        with ExitStack() as held:
            for digest in wanted:
                with self._lock:
                    lock = self._reading.setdefault(digest, threading.Lock())
                if digest in self._read:
                    continue
                lock.acquire()
                if digest in self._read:  # another thread has read it meanwhile
                    lock.release()
                else:
                    held.callback(lock.release)
            yield
            with self._lock:
                self._read.update(wanted)


class ProcessClaims:
    """Claims of processes, as locks of files in a folder: the system releases those of a process that dies. A file that is not
    empty means that its layer was read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[str] = set()

    @contextmanager
    def first(self, digests: Iterable[str]) -> Iterator[None]:
        import fcntl

        wanted = sorted(set(digests) - self._read)
        with ExitStack() as held:
            files = []
            for digest in wanted:
                file = held.enter_context((self._folder / digest.replace(":", "-")).open("a+b"))
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file.fileno()).st_size:  # another process has read it
                    fcntl.flock(file, fcntl.LOCK_UN)
                else:
                    files.append(file)
            yield
            for file in files:
                file.write(b"1")
                file.flush()
        self._read.update(wanted)

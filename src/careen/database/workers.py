"""Work in threads that can be abandoned, and a gate that stops abandoned threads from writing."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


class GateClosedError(Exception):
    """This work was abandoned."""


class Gate:
    """A gate that is open while its update holds the lock. Every write passes it, so that nothing is written after it
    closes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        with self._lock:
            self._closed = True

    @property
    def closed(self) -> bool:
        return self._closed

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Holds the gate open for the block. Raises GateClosedError if it is closed."""
        with self._lock:
            if self._closed:
                raise GateClosedError
            yield


def in_threads(jobs: Sequence[Callable[[], Result]], threads: int) -> list["Future[Result]"]:
    """Runs the jobs in daemon threads, and returns their futures in order. Work that takes too long continues, and does
    not keep the process from ending.
    """
    queue: SimpleQueue[tuple[Future[Result], Callable[[], Result]]] = SimpleQueue()
    futures: list[Future[Result]] = []
    for job in jobs:
        future: Future[Result] = Future()
        futures.append(future)
        queue.put((future, job))

    def work() -> None:
        while True:
            try:
                future, job = queue.get_nowait()
            except Empty:
                return
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)

    for _ in range(min(threads, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    return futures

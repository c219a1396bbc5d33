"""Scans images in several processes. This one is one of them, and is given all results.

If a process ends early, this one scans its image again.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from careen.errors import Error, NoImageError
from careen.forks import MOST_PIECES, Forks, Send
from careen.safety.typed import from_msgpack

from .listing import Failure, Target
from .state import Done


class Scanner(Protocol):
    """Scans images in one process. ``read``: the digests of the layers that it has read, rather than found in the store."""

    read: set[str]

    def scan(self, target: Target) -> Done: ...


Finished = Callable[[Target, Done | Failure], None]


class _Result(Struct, array_like=True):
    number: int
    of: Done | None
    failure: Failure | None
    read: list[str]


def scan_in_processes(
    targets: Sequence[Target], scanner: Scanner, another: Callable[[], Scanner], processes: int, finished: Finished
) -> None:
    """``another`` makes the scanner of a new process; ``scanner`` is that of this one. ``finished`` is called for each image,
    by one thread at a time.
    """
    for start in range(0, len(targets), MOST_PIECES):
        _Round(targets[start : start + MOST_PIECES], scanner, another, finished).run(processes)


def scanned(scanner: Scanner, target: Target) -> Done | Failure:
    try:
        return scanner.scan(target)
    except Error as error:
        return Failure(target.references[0], str(error), error.hint, isinstance(error, NoImageError))


class _Round:
    def __init__(self, targets: Sequence[Target], scanner: Scanner, another: Callable[[], Scanner], finished: Finished) -> None:
        self._targets, self._scanner, self._another, self._finished = targets, scanner, another, finished
        self._ended: set[int] = set()
        self._lock = threading.Lock()

    def run(self, processes: int) -> None:
        with Forks(len(self._targets), self._work, self._receive) as forks:
            forks.start(min(processes, len(self._targets)) - 1)
            for number in forks.pieces():
                self._end(number, scanned(self._scanner, self._targets[number]))
            forks.join()
        for number in range(len(self._targets)):
            if number not in self._ended:
                self._end(number, scanned(self._scanner, self._targets[number]))

    def _work(self, _: int, numbers: Iterator[int], send: Send) -> None:
        scanner = self._another()
        for number in numbers:
            result = scanned(scanner, self._targets[number])
            done, failure = (result, None) if isinstance(result, Done) else (None, result)
            send(msgspec.msgpack.encode(_Result(number, done, failure, sorted(scanner.read))))
            scanner.read.clear()

    def _receive(self, message: bytes) -> None:
        result = from_msgpack(message, _Result)
        self._scanner.read.update(result.read)
        ended = result.of or result.failure
        if ended is not None:
            self._end(result.number, ended)

    def _end(self, number: int, result: Done | Failure) -> None:
        with self._lock:
            self._finished(self._targets[number], result)
            self._ended.add(number)  # last: what could not be recorded is scanned again, so that its error is raised here

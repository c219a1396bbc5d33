"""Reads the layers of an image in several processes, because Python runs one thread of a process at a time.

The processes are forks of this one, which has loaded all readers and opened the image. Each takes the next layer when it is
free, and sends what reading leaves behind: the Delta, files for a second pass, features of files, and what was spent. An error
of the image or of the network is raised here. If a process ends otherwise, the caller reads its layers itself.
"""

import mmap
import os
import signal
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, NoReturn, Protocol

import msgspec
from msgspec import Struct

from careen import errors
from careen.errors import Error
from careen.layers.index import decode, encode, known_as
from careen.log import logger
from careen.model.delta import Delta
from careen.model.image import Layer
from careen.plugins import Progress
from careen.safety.budget import SCAN, Budget
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

if TYPE_CHECKING:
    from .layers import Reading

log = logger(__name__)

MOST_BYTES = 2 << 30  # of one message
_SIZE = struct.Struct("<Q")  # before each message
_PLACE = struct.Struct("<H")  # the places of all layers fit into a pipe, which takes 64 KiB on Linux


class Read(Protocol):
    def __call__(self, layer: Layer, *, store: Store | None = None, progress: Progress | None = None) -> Delta: ...


def read_in_processes(
    layers: Sequence[Layer], read: Read, reading: "Reading", budget: Budget, processes: int
) -> dict[int, Delta]:
    """Reads the layers, in this order, in so many processes, of which this is one. Returns the Deltas by the index of their
    layer. Each process may spend the time for features of files anew.
    """
    deltas: dict[int, Delta] = {}
    with _shared(budget, processes) as tally, _Helpers(layers, read, reading, budget, tally) as helpers:
        helpers.start(processes - 1)
        for layer in helpers.next_layers():
            deltas[layer.index] = read(layer)
            reading.on_delta(deltas[layer.index])
        return deltas | helpers.deltas()


class _Bytes(Struct, array_like=True, tag=True):
    """How far a process is in a layer, for the display of progress."""

    what: str
    done: int
    total: int | None


class _Done(Struct, array_like=True, tag=True):
    """What reading a layer leaves behind. ``key``: where its Delta belongs in the store; "" if it must not be stored."""

    layer: int
    key: str
    delta: bytes
    kept: dict[str, bytes]
    kept_digests: dict[str, str]
    features: bytes
    most: dict[str, int]


class _Failed(Struct, array_like=True, tag=True):
    """An error that the scan ends with. ``kind``: its class in ``careen.errors``."""

    kind: str
    message: str
    hint: str


class _Message(Struct):
    of: _Bytes | _Done | _Failed


class _Helpers:
    """The other processes. They are ended with the block, whatever they do then."""

    def __init__(self, layers: Sequence[Layer], read: Read, reading: "Reading", budget: Budget, tally: "_Tally") -> None:
        self._layers, self._read, self._reading, self._budget, self._tally = layers, read, reading, budget, tally
        self._places, fill = os.pipe()
        os.write(fill, b"".join(map(_PLACE.pack, range(len(layers)))))
        os.close(fill)
        self._processes: list[int] = []
        self._threads: list[threading.Thread] = []
        self._deltas: dict[int, Delta] = {}
        self._errors: list[Error] = []

    def __enter__(self) -> "_Helpers":
        return self

    def __exit__(self, *failure: object) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError, ChildProcessError):  # where SIGCHLD is ignored, the system has taken it away
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
        for thread in self._threads:
            thread.join()
        os.close(self._places)

    def start(self, count: int) -> None:
        """Starts the processes; fewer, if the system allows no more."""
        pipes: list[BinaryIO] = []
        for number in range(1, count + 1):
            ours, theirs = os.pipe()
            try:
                process = os.fork()
            except OSError as error:
                log.info("no more processes can be started: %s", error)
                os.close(ours)
                os.close(theirs)
                break
            if process == 0:
                self._work(number, theirs, pipes)
            self._processes.append(process)
            os.close(theirs)
            pipes.append(os.fdopen(ours, "rb"))
        for pipe in pipes:  # after all forks, which copy the locks of threads as they are
            self._threads.append(threading.Thread(target=self._receive, args=(pipe,), daemon=True))
            self._threads[-1].start()

    def next_layers(self) -> Iterator[Layer]:
        """The layers that no process has taken yet. A read of so few bytes from a pipe is never split."""
        while place := os.read(self._places, _PLACE.size):
            yield self._layers[_PLACE.unpack(place)[0]]

    def deltas(self) -> dict[int, Delta]:
        """The Deltas of the other processes, once these have ended. Raises their first error."""
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return self._deltas

    def _work(self, number: int, theirs: int, others: Sequence[BinaryIO]) -> NoReturn:
        """Reads layers in a new process, which ends here, silently: the first process reads a layer that is missing. If that
        one has ended, nothing reads the pipe, so that this one ends with its next message.
        """
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all: the first process ends this one
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            for pipe in others:
                pipe.close()
            self._budget.share(self._tally.of(number))
            with os.fdopen(theirs, "wb") as out:
                try:
                    for layer in self.next_layers():
                        _send(out, self._done(layer, lambda *how_far: _send(out, _Bytes(*how_far))))
                except Error as error:
                    kind = next(each for each in type(error).__mro__ if each.__module__ == errors.__name__)
                    _send(out, _Failed(kind.__name__, str(error), error.hint))
        finally:
            os._exit(0)

    def _done(self, layer: Layer, progress: Progress) -> _Done:
        store, reading, name = _Recorder(), self._reading, known_as(layer)
        delta = self._read(layer, store=store, progress=progress)
        kept = reading.kept.of(name) if reading.kept else {}
        return _Done(
            layer.index,
            store.key,
            store.data or encode(delta),
            {path: content for path, content in kept.items() if isinstance(content, bytes)},
            {path: content for path, content in kept.items() if isinstance(content, str)},
            reading.early.encoded(name) if reading.early else b"",
            self._budget.most,
        )

    def _receive(self, pipe: BinaryIO) -> None:
        try:
            with pipe:
                while (message := _received(pipe)) is not None:
                    if isinstance(message, _Bytes):
                        self._reading.progress(message.what, message.done, message.total)
                    elif isinstance(message, _Failed):
                        self._errors.append(getattr(errors, message.kind)(message.message, message.hint))
                    else:
                        self._take(message)
        except Exception as error:
            log.info("a process that reads layers has failed: %s", error)

    def _take(self, done: _Done) -> None:
        reading = self._reading
        name = next(known_as(layer) for layer in self._layers if layer.index == done.layer)
        delta = decode(done.delta, reading.readers.catalogers)
        if done.key:
            reading.store.put(done.key, done.delta)
        if reading.kept:
            reading.kept.put(name, (*done.kept.items(), *done.kept_digests.items()))
        if reading.early:
            reading.early.put_encoded(name, done.features)
        for limit, most in done.most.items():
            self._budget.note(limit, most)
        reading.on_delta(delta)
        self._deltas[done.layer] = delta


class _Recorder:
    """The store of another process: it contains nothing, and remembers what is put into it."""

    key, data = "", b""

    def get(self, key: str) -> bytes | None:
        return None

    def put(self, key: str, data: bytes) -> None:
        self.key, self.data = key, data

    def close(self) -> None:
        pass


class _Tally:
    """What each process has spent, in memory that all of them share: a row for each process, a column for each limit."""

    def __init__(self, rows: "memoryview[int]", spent: dict[str, int]) -> None:
        self._rows, self._before = rows, dict(spent)

    def of(self, number: int) -> Callable[[str, int], int]:
        """For one process, a function that notes what it has spent and returns what the others have."""

        def others(name: str, spent: int) -> int:
            column = SCAN.index(name)
            own = spent - self._before[name]
            self._rows[number * len(SCAN) + column] = own
            return sum(self._rows[column :: len(SCAN)]) - own

        return others


@contextmanager
def _shared(budget: Budget, processes: int) -> Iterator[_Tally]:
    """A tally of the processes. At the end, the budget contains what all of them have spent."""
    with mmap.mmap(-1, processes * len(SCAN) * 8) as memory, memoryview(memory) as octets, octets.cast("Q") as rows:
        tally = _Tally(rows, budget.spent)
        others = tally.of(0)
        budget.share(others)
        try:
            yield tally
        finally:
            budget.share(None)
            for name in SCAN:
                budget.spent[name] += others(name, budget.spent[name])


def _send(pipe: BinaryIO, message: _Bytes | _Done | _Failed) -> None:
    data = msgspec.msgpack.encode(_Message(message))
    pipe.write(_SIZE.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _received(pipe: BinaryIO) -> _Bytes | _Done | _Failed | None:
    """The next message; None if the process has ended."""
    head = pipe.read(_SIZE.size)
    size = _SIZE.unpack(head)[0] if len(head) == _SIZE.size else MOST_BYTES + 1
    data = pipe.read(size) if size <= MOST_BYTES else b""
    return from_msgpack(data, _Message).of if data and len(data) == size else None

"""Reads the layers of an image in several processes.

Each takes the next layer when it is free, and sends what reading leaves behind: the Delta, files for a second pass, features of
files, and what was spent. An error of the image or of the network is raised here. If a process ends otherwise, the caller reads
its layers itself.
"""

import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec import Struct

from careen import errors
from careen.errors import Error
from careen.forks import Forks, Send
from careen.layers.index import decode, encode, known_as
from careen.model.delta import Delta
from careen.model.image import Layer
from careen.plugins import Progress
from careen.safety.budget import SCAN, Budget
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

if TYPE_CHECKING:
    from .layers import Reading


class Read(Protocol):
    def __call__(self, layer: Layer, *, store: Store | None = None, progress: Progress | None = None) -> Delta: ...


def read_in_processes(
    layers: Sequence[Layer], read: Read, reading: "Reading", budget: Budget, processes: int
) -> dict[int, Delta]:
    """Reads the layers, in this order, in so many processes, of which this is one. Returns the Deltas by the index of their
    layer. Each process may spend the time for features of files anew.
    """
    deltas: dict[int, Delta] = {}
    with _shared(budget, processes) as tally:
        others = _Others(layers, read, reading, budget, tally)
        with Forks(len(layers), others.work, others.receive) as forks:
            forks.start(processes - 1)
            for place in forks.pieces():
                layer = layers[place]
                deltas[layer.index] = read(layer)
                reading.on_delta(deltas[layer.index])
            forks.join()
        return deltas | others.deltas()


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


class _Others:
    """The work of the other processes, and what they send."""

    def __init__(self, layers: Sequence[Layer], read: Read, reading: "Reading", budget: Budget, tally: "_Tally") -> None:
        self._layers, self._read, self._reading, self._budget, self._tally = layers, read, reading, budget, tally
        self._deltas: dict[int, Delta] = {}
        self._errors: list[Error] = []

    def work(self, number: int, places: Iterator[int], send: Send) -> None:
        """Reads layers in another process, until none is left or one cannot be read."""

        def report(what: str, done: int, total: int | None) -> None:
            send(msgspec.msgpack.encode(_Message(_Bytes(what, done, total))))

        self._budget.share(self._tally.of(number))
        try:
            for place in places:
                send(msgspec.msgpack.encode(_Message(self._done(self._layers[place], report))))
        except Error as error:
            kind = next(each for each in type(error).__mro__ if each.__module__ == errors.__name__)
            send(msgspec.msgpack.encode(_Message(_Failed(kind.__name__, str(error), error.hint))))

    def receive(self, message: bytes) -> None:
        match from_msgpack(message, _Message).of:
            case _Bytes(what, done, total):
                self._reading.progress(what, done, total)
            case _Failed(kind, text, hint):
                self._errors.append(getattr(errors, kind)(text, hint))
            case done:
                self._take(done)

    def deltas(self) -> dict[int, Delta]:
        """The Deltas by the index of their layer. Raises the first error."""
        if self._errors:
            raise self._errors[0]
        return self._deltas

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

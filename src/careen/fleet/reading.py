"""Reads layers in a child process, so that a hostile layer can only crash that process.

The child gets open files and returns encoded Deltas. It is forked from a server that has the readers loaded already,
and gives up its rights (``sandbox``) before it reads the first byte.
"""

import io
import multiprocessing
from collections.abc import Iterator, Sequence
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import msgspec
from msgspec import Struct

from careen.errors import Error
from careen.log import logger
from careen.safety.budget import Budget, Limits
from careen.safety.typed import from_msgpack

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

    from _typeshed import WriteableBuffer

    from careen.layers.index import Readers

log = logger(__name__)

MEMORY_BYTES = 3 << 30
DELTA_BYTES = 1 << 30
GRACE_S = 30.0
START_S = 60.0
READY = b"ready"


class File(Struct, frozen=True, array_like=True):
    digest: str
    path: str
    size_bytes: int


class How(Struct, frozen=True, array_like=True):
    limits: Limits
    scanners: tuple[str, ...]
    fingerprint: str


class Result(Struct, frozen=True, array_like=True):
    """The result of reading a layer. ``delta`` is encoded; if it is empty, ``trouble`` is the reason. ``lasting``:
    another try would fail too.
    """

    digest: str
    delta: bytes = b""
    trouble: str = ""
    lasting: bool = False


def read_files(files: Sequence[File], how: How) -> Iterator[Result]:
    """Yields one result for each file, in order. If a child dies, only the file fails that it was reading.
    Raises: OSError if a child ends before it reads anything.
    """
    left = list(files)
    while left:
        receiver, sender = _processes().Pipe(duplex=False)
        child = _processes().Process(target=_read, args=(sender, msgspec.msgpack.encode((left, how))), daemon=True)
        child.start()
        sender.close()
        why = ""
        try:
            if not receiver.poll(START_S) or not _is_ready(receiver):
                raise OSError("a reader of layers could not be started")
            while left:
                result = _received(receiver, how.limits.scan_seconds)
                if isinstance(result, str):
                    why = result
                    break
                left.pop(0)
                yield result
        finally:
            if left:
                child.kill()
            child.join()
            receiver.close()
        if left:
            dead = left.pop(0)
            yield Result(dead.digest, trouble=why or f"its reader ended with code {child.exitcode}")


def _is_ready(receiver: Connection) -> bool:
    try:
        return receiver.recv_bytes(16) == READY
    except (EOFError, OSError):
        return False


def _received(receiver: Connection, seconds: float) -> Result | str:
    """The next result, or the reason why there is none."""
    if not receiver.poll(2 * seconds + GRACE_S):
        return f"its reader took more than {2 * seconds + GRACE_S:.0f} seconds"
    try:
        return from_msgpack(receiver.recv_bytes(DELTA_BYTES), Result)
    except EOFError:
        return ""
    except OSError as error:
        return f"its reader sent too much: {error}"


@cache
def _processes() -> "ForkServerContext | SpawnContext":
    """The way to start children: forked from a server with the readers loaded, if the system can fork; else spawned."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["careen.fleet.preload"])
    return context


def _read(sender: Connection, asked: bytes) -> None:
    from careen.app.wiring import readers_with
    from careen.layers.index import Readers

    from .sandbox import confine

    files, how = from_msgpack(asked, tuple[list[File], How])
    handles = [Path(file.path).open("rb") for file in files]
    readers = Readers(lambda: readers_with(how.scanners), how.fingerprint)
    _ = readers.dispatch  # loads all modules before the process gives up its rights
    for missing in confine(MEMORY_BYTES, int(2 * how.limits.scan_seconds + GRACE_S)):
        log.debug("%s", missing)
    sender.send_bytes(READY)
    for file, handle in zip(files, handles, strict=True):
        sender.send_bytes(msgspec.msgpack.encode(_result(file, handle, readers, how.limits)))


def _result(file: File, handle: BinaryIO, readers: "Readers", limits: Limits) -> Result:
    from careen.layers.index import encode, index
    from careen.model.image import Layer
    from careen.store.memory import NoStore

    def opened() -> BinaryIO:
        """Opens the file from its start. A layer may be read twice."""
        return cast(BinaryIO, io.BufferedReader(_FromStart(handle)))

    layer = Layer(0, file.digest, "", file.size_bytes, "", opened)
    try:
        return Result(file.digest, encode(index(layer, readers, NoStore(), Budget(limits))))
    except Error as error:
        return Result(file.digest, trouble=str(error), lasting=True)
    except MemoryError:
        return Result(file.digest, trouble="its reader ran out of memory")
    except Exception as error:
        log.exception("the layer %s cannot be read", file.digest)
        return Result(file.digest, trouble=f"{type(error).__name__}: {error}")


class _FromStart(io.RawIOBase):
    """A view of an open file that starts at its beginning and has its own position. Closing it leaves the file open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._file.seek(self._at)
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._at += count
        return int(count)

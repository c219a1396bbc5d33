"""The uncompressed bytes of a layer, verified against the digest in the manifest."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from msgspec import Struct

from careen.errors import InputError, TableError
from careen.formats.archives.inflate import SeekStream, Stream, compression, open_stream
from careen.log import logger
from careen.model.excluded import Excluded
from careen.model.image import Layer
from careen.plugins import Progress, silent
from careen.safety.budget import Budget, Limits, Spending
from careen.safety.digest import hasher, text_of

from .tree import folder_entries
from .walk import Select, Walked, tar_entries, walk

log = logger(__name__)

WAITING_READS = 2  # pieces that may wait for hashing while a thread reads ahead
AHEAD_FROM_BYTES = 1 << 20  # for smaller stored layers, a thread takes longer to start than it saves
SHA256 = "sha256:" + "0" * 64  # chooses the algorithm for a layer that has no digest
TAMPERED = "the image is damaged or was tampered with: pull or export it again"


class Digests(Struct):
    """The digests of the stored and of the uncompressed bytes, known after reading; "" and None if they were not
    computed.
    """

    stored: str = ""
    diff_id: str | None = None


@contextmanager
def first_reading(
    layer: Layer, spent: Spending, limits: Limits, *, verify_diff_id: bool, progress: Progress
) -> Iterator[tuple[Stream | SeekStream, Digests]]:
    """Opens the uncompressed bytes of a layer. At the end of the block, the digests are filled in and verified. Raises:
    InputError.
    """
    digests = Digests()
    inflated = hasher(layer.diff_id or SHA256) if verify_diff_id else None
    with layer.open() as raw, ExitStack() as reading:
        ahead = layer.size_bytes > AHEAD_FROM_BYTES
        stored = None if not layer.digest and not inflated else _Hashing(raw, layer, progress, read_ahead=ahead)
        try:
            stream: Stream | SeekStream
            if stored:
                update = inflated.update if inflated else None
                stream = open_stream(
                    stored,  # type: ignore[arg-type]
                    limits,
                    on_inflated=update,
                    read_ahead=ahead,
                    while_waiting=stored.settle,
                    spent=spent,
                    exact=True,
                )
            else:
                stream = _unhashed(raw, spent, limits, read_ahead=ahead)
            reading.callback(stream.close)
            yield stream, digests
        except InputError as error:
            raise InputError(f"layer {layer.index} ({layer.digest or layer.diff_id}): {error}", error.hint) from error
        digests.stored = stored.digest() if stored else ""
    progress(f"layer {layer.index}", layer.size_bytes, layer.size_bytes)
    if layer.digest:
        _require_digest(layer, digests.stored)
    digests.diff_id = text_of(inflated) if inflated else None
    if digests.diff_id and layer.diff_id and digests.diff_id != layer.diff_id:
        raise InputError(
            f"layer {layer.index}: its uncompressed bytes have the digest {digests.diff_id}, "
            f"the configuration claims {layer.diff_id}",
            TAMPERED,
        )


def read_again(layer: Layer, select: Select, budget: Budget) -> Walked:
    """Reads the layer once more, verified as in the first pass, because its facts are stored as well."""
    spent = budget.layer()
    if layer.parts and layer.parts.used:
        from .table_walk import walk_by_table

        try:
            return walk_by_table(layer.parts, layer.size_bytes, select, spent, budget.limits)
        except TableError as error:
            log.warning("layer %d is read whole: %s", layer.index, error)
            spent = budget.layer()
    if layer.folder:
        return walk(folder_entries(layer.folder, [], Excluded(layer.excluded)), select, spent)
    with _opened_again(layer, spent, budget.limits) as stream:
        return walk(tar_entries(stream), select, spent)


@contextmanager
def _opened_again(layer: Layer, spent: Spending, limits: Limits) -> Iterator[Stream | SeekStream]:
    with (layer.reopen or layer.open)() as raw:
        if not layer.digest:
            yield _unhashed(raw, spent, limits)
            return
        stored = _Hashing(raw, layer, silent, read_ahead=False)
        yield open_stream(stored, limits, spent=spent)  # type: ignore[arg-type]
        _require_digest(layer, stored.digest())


def _require_digest(layer: Layer, digest: str) -> None:
    if digest != layer.digest:
        reason = f"layer {layer.index}: its bytes have the digest {digest}, the manifest names {layer.digest}"
        raise InputError(reason, TAMPERED)


def _unhashed(raw: BinaryIO, spent: Spending, limits: Limits, *, read_ahead: bool = False) -> Stream | SeekStream:
    """The stream of a layer without a digest to verify; bytes that no reader wants may be skipped."""
    if raw.seekable():
        head = raw.read(16)
        raw.seek(0)
        if compression(head) == "plain":
            return SeekStream(raw)
    return open_stream(raw, limits, read_ahead=read_ahead, spent=spent, exact=True)


class _Hashing:
    """The stored bytes, hashed, counted and reported to ``progress`` while they are read.

    If a thread reads them ahead, the consumer hashes while it waits for the next piece (``settle``), else that thread
    does.
    """

    def __init__(self, raw: BinaryIO, layer: Layer, progress: Progress, *, read_ahead: bool) -> None:
        self._raw, self._layer, self._progress = raw, layer, progress
        self._hash = hasher(layer.digest or SHA256)
        self._waiting: deque[bytes] = deque()  # read, not hashed yet
        self._most = WAITING_READS if read_ahead else 0
        self._lock = threading.Lock()
        self._done = self._reported = 0

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self._waiting.append(data)
        if len(self._waiting) > self._most:
            self.settle()
        self._done += len(data)
        if self._done - self._reported > 1 << 20 or not data:
            self._reported = self._done
            self._progress(f"layer {self._layer.index}", self._done, self._layer.size_bytes)
        return data

    def settle(self) -> None:
        """Hashes all pieces that wait."""
        with self._lock:  # the lock keeps the pieces in order
            while self._waiting:
                self._hash.update(self._waiting.popleft())

    def digest(self) -> str:
        """The digest of all stored bytes; it reads the rest of them first."""
        while self.read(1 << 20):
            pass
        self.settle()
        return text_of(self._hash)

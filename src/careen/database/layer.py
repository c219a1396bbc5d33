"""The records of some feeds as one layer that travels: the same records give the same bytes, whichever database they are in.

A layer is packed by zstd. Inflated it is frames, each its length in four bytes and a pair in msgpack: a word, and what the
word announces. ``layer`` comes first, ``feed`` before the records of a feed, then lists of records by their kind, ``end`` last.
What is read is checked as what anybody may have written: the size of each frame, the type of each field, the order.
Raises: ValueError where a layer is none or damaged.
**Source:** RFC 8878 (zstd); the msgpack specification.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from msgspec import Raw, Struct

from careen.model.advisory import (
    Advisory,
    Epss,
    Exploited,
    LimitedSupport,
    Listed,
    Malicious,
    NamespaceInfo,
    Repository,
    Support,
    VulnerabilityRecord,
)
from careen.plugins import Record

if TYPE_CHECKING:
    from types import ModuleType

FORMAT = 1
MAX_FRAME_BYTES = 64 << 20
MAX_INFLATED_BYTES = 8 << 30
CHUNK_BYTES = 1 << 20
BATCH = 500
LEVEL = 9
_KINDS: Mapping[str, type[Record]] = {
    "advisory": Advisory, "namespace": NamespaceInfo, "record": VulnerabilityRecord, "malicious": Malicious, "epss": Epss,
    "exploited": Exploited, "repository": Repository, "support": Support, "limited": LimitedSupport, "listed": Listed,
}  # fmt: skip
_WORDS = {kind: word for word, kind in _KINDS.items()}


class About(Struct, frozen=True):
    """What a layer says of itself. ``notice``: whose data it redistributes, and on which terms."""

    format: int
    name: str
    notice: str


class Packed(Struct, frozen=True):
    digest: str
    size: int
    inflated: int


def write_layer(file: Path, about: About, feeds: Iterable[tuple[str, Iterable[Record]]]) -> Packed:
    digest, inflated = hashlib.sha256(), 0
    compressor = zstd().ZstdCompressor(level=LEVEL)
    with file.open("wb") as target:

        def write(data: bytes) -> None:
            digest.update(data)
            target.write(data)

        def frame(word: str, value: object) -> None:
            nonlocal inflated
            data = _ENCODER.encode((word, value))
            if len(data) > MAX_FRAME_BYTES:
                raise ValueError(f"records of {about.name} are larger than a layer may hold")
            inflated += len(data) + 4
            write(compressor.compress(len(data).to_bytes(4) + data))

        frame("layer", about)
        for path, records in feeds:
            frame("feed", path)
            for kind, group in groupby(records, type):
                for batch in _batched(group, BATCH):
                    frame(_WORDS[kind], batch)
        frame("end", None)
        write(compressor.flush())
        return Packed(f"sha256:{digest.hexdigest()}", target.tell(), inflated)


def inflate(chunks: Iterable[bytes], expected: Packed, aside: Path) -> None:
    """Writes the inflated layer to a file, if it is the one that was expected."""
    digest, got, size = hashlib.sha256(), 0, 0
    decompressor = zstd().ZstdDecompressor()
    if not 0 < expected.inflated <= MAX_INFLATED_BYTES:
        raise ValueError("it is larger than a layer may be")
    try:
        with aside.open("wb") as target:
            for chunk in filter(None, chunks):
                digest.update(chunk)
                got += len(chunk)
                if got > expected.size:
                    raise ValueError("it is longer than what was signed")
                while True:
                    piece = decompressor.decompress(chunk, CHUNK_BYTES)
                    chunk = b""
                    size += len(piece)
                    if size > expected.inflated:
                        raise ValueError("it inflates to more than what was signed")
                    target.write(piece)
                    if decompressor.eof or (decompressor.needs_input and not piece):
                        break
    except (zstd().ZstdError, EOFError):
        raise ValueError("it is not packed by zstd") from None
    if got != expected.size or f"sha256:{digest.hexdigest()}" != expected.digest:
        raise ValueError("it is not what was signed: its checksum is another")
    if size != expected.inflated:
        raise ValueError("it inflates to less than what was signed")


class Layer:
    """An inflated layer in a file: its feeds can be read in any order."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._places: dict[str, int] = {}
        with file.open("rb") as stream:
            frames = _frames(stream)
            word, value = next(frames, ("", Raw()))
            if word != "layer":
                raise ValueError("it does not begin as a layer does")
            self.about = _decoded(_ABOUT, value)
            if self.about.format != FORMAT:
                raise ValueError(f"it has the format {self.about.format}, and this version reads {FORMAT}")
            for word, value in frames:
                if word == "feed":
                    path = _decoded(_PATH, value)
                    if path in self._places:
                        raise ValueError("it has a feed twice")
                    self._places[path] = stream.tell()
                elif word == "end":
                    if stream.read(1):
                        raise ValueError("something comes after its end")
                    return
                elif word not in _LISTS or not self._places:
                    raise ValueError("it has a part that is unknown, or out of order")
        raise ValueError("it has no end")

    @property
    def feeds(self) -> tuple[str, ...]:
        return tuple(self._places)

    def records(self, path: str) -> Iterator[Record]:
        with self._file.open("rb") as stream:
            stream.seek(self._places[path])
            for word, value in _frames(stream):
                if word in ("feed", "end"):
                    return
                yield from _decoded(_LISTS[word], value)


def zstd() -> "ModuleType":
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _frames(stream: BinaryIO) -> Iterator[tuple[str, Raw]]:
    while head := stream.read(4):
        size = int.from_bytes(head)
        if size > MAX_FRAME_BYTES:
            raise ValueError("a part of it is larger than it may be")
        data = stream.read(size)
        if len(head) < 4 or len(data) < size:
            raise ValueError("it is cut off")
        yield _decoded(_FRAME, data)


def _decoded(decoder: "msgspec.msgpack.Decoder[Any]", data: Any) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise ValueError("a part of it cannot be read") from None


def _batched(records: Iterable[Record], size: int) -> Iterator[tuple[Record, ...]]:
    records = iter(records)
    while batch := tuple(islice(records, size)):
        yield batch


_ENCODER = msgspec.msgpack.Encoder()
_FRAME = msgspec.msgpack.Decoder(tuple[str, Raw])
_ABOUT = msgspec.msgpack.Decoder(About)
_PATH = msgspec.msgpack.Decoder(str)
_LISTS: "Mapping[str, msgspec.msgpack.Decoder[Any]]" = {
    word: msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]
    for word, kind in _KINDS.items()
}

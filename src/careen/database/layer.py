"""Some feeds as one layer of a publication, packed as in the database, so that taking a feed means copying its buckets.

A layer is compressed by zstd. Decompressed it is a sequence of frames, each its length in four bytes and a pair in msgpack:
a word, and its value. ``layer`` comes first, ``feed`` before the sections of a feed, ``section`` before lists of its
``buckets``, ``end`` last. A layer is untrusted input: checked are the size of each frame, their order, and that a look-up
finds all keys in the buckets of a section.
Raises: ValueError if a file is not a layer, or is damaged.
**Source:** RFC 8878 (zstd); the msgpack specification.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from .buckets import checked
from .head import FeedRow, Held, Section

if TYPE_CHECKING:
    from types import ModuleType

FORMAT = 2
MAX_FRAME_BYTES = 64 << 20
MAX_INFLATED_BYTES = 8 << 30
CHUNK_BYTES = 1 << 20
BATCH_BYTES = 1 << 20
LEVEL = 9


class About(Struct, frozen=True):
    """The beginning of a layer. ``notice``: the owners of the data, and the terms of its redistribution."""

    format: int
    name: str
    notice: str


class Packed(Struct, frozen=True):
    digest: str
    size: int
    inflated: int


def write_layer(file: Path, about: About, feeds: Iterable[tuple[Held, Iterator[bytes]]]) -> Packed:
    """Writes a layer. ``feeds`` are packed feeds, each with the blobs of its sections in order."""
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
                raise ValueError(f"records of {about.name} are larger than a layer may contain")
            inflated += len(data) + 4
            write(compressor.compress(len(data).to_bytes(4) + data))

        frame("layer", about)
        for held, blobs in feeds:
            frame("feed", (held.row.path, held.words))
            for section in held.sections:
                frame("section", replace(section, first=0))
                for batch in _batched(islice(blobs, section.blobs)):
                    frame("buckets", batch)
        frame("end", None)
        write(compressor.flush())
        return Packed(f"sha256:{digest.hexdigest()}", target.tell(), inflated)


def inflate(chunks: Iterable[bytes], expected: Packed, aside: Path) -> None:
    """Writes the decompressed layer to the file ``aside``. Raises ValueError if it is not the expected one."""
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
        raise ValueError("it does not have the signed checksum")
    if size != expected.inflated:
        raise ValueError("it inflates to less than what was signed")


class Layer:
    """A decompressed layer in a file: its feeds can be read in any order."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._feeds: dict[str, tuple[tuple[str, ...], list[Section]]] = {}
        with file.open("rb") as stream:
            frames = _frames(stream)
            word, value = next(frames, ("", Raw()))
            if word != "layer":
                raise ValueError("it does not begin as a layer does")
            self.about = _decoded(_ABOUT, value)
            if self.about.format != FORMAT:
                raise ValueError(f"it has the format {self.about.format}, and this version reads {FORMAT}")
            sections: list[Section] = []
            before = word
            for word, value in frames:
                if word == "end":
                    if stream.read(1):
                        raise ValueError("something comes after its end")
                    return
                if word not in _AFTER.get(before, ()):
                    raise ValueError("it has a part that is unknown, or out of order")
                before = word
                if word == "feed":
                    path, words = _decoded(_FEED, value)
                    if path in self._feeds or len(set(words)) < len(words):
                        raise ValueError("it has a feed or a word twice")
                    sections = []
                    self._feeds[path] = words, sections
                elif word == "section":
                    section: Section = replace(_decoded(_SECTION, value), first=stream.tell())
                    if any((other.kind, other.space) == (section.kind, section.space) for other in sections):
                        raise ValueError("it has a part of a feed twice")
                    sections.append(section)
        raise ValueError("it has no end")

    @property
    def feeds(self) -> tuple[str, ...]:
        return tuple(self._feeds)

    def held(self, row: FeedRow) -> Held:
        """A packed feed. In its sections, ``first`` is the offset of their buckets in the file."""
        words, sections = self._feeds[row.path]
        return Held(row, words, tuple(sections))

    def rows(self, section: Section, tag: bytes) -> Iterator[bytes]:
        """The blobs of a section that ``held`` returned."""
        yield from checked(section, tag, self._blobs(section.first))

    def _blobs(self, start: int) -> Iterator[bytes]:
        with self._file.open("rb") as stream:
            stream.seek(start)
            for word, value in _frames(stream):
                if word != "buckets":
                    return
                yield from _decoded(_BUCKETS, value)


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


def _batched(blobs: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for blob in blobs:
        batch.append(blob)
        size += len(blob)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


# Which word may follow which, beside the end.
_AFTER = {"layer": ("feed",), "feed": ("feed", "section"), "section": ("buckets",), "buckets": ("buckets", "section", "feed")}
_ENCODER = msgspec.msgpack.Encoder()
_FRAME = msgspec.msgpack.Decoder(tuple[str, Raw])
_ABOUT = msgspec.msgpack.Decoder(About)
_FEED = msgspec.msgpack.Decoder(tuple[str, tuple[str, ...]])
_SECTION = msgspec.msgpack.Decoder(Section)
_BUCKETS = msgspec.msgpack.Decoder(list[bytes])

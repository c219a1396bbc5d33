"""A forward stream over stored bytes, decompressed on the way and counted against limits.

``open_stream`` detects the compression by the first bytes; the media type and the file name may both be wrong:
gzip (several members too), zstd (several frames), xz, bzip2 or plain.
Raises: TruncatedError or ValueError if the compressed data break off or are damaged, InputError over a limit.
Source: RFC 1952 (gzip), RFC 8878 (zstd).
"""

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from careen.safety.budget import Budget, Limits, Spending, charge

CHUNK_BYTES = 256 * 1024
AHEAD_BYTES = 1024 * 1024  # stored bytes that a thread reads ahead at a time: fewer are not worth waking the other thread
# The most that one call of a decompressor returns: bounds the memory of a bomb, and is seldom reached otherwise.
PIECE_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 6  # identify the compression
WINDOW_BYTES = 64 * 1024  # read of a plain file at a time: most members are smaller, and skipping one stays within the window


class TruncatedError(ValueError):
    """The data end too early; the bytes before the end are valid."""


class TrailingError(ValueError):
    """Data follow the last compressed member: container engines refuse the file, other programs ignore these data."""


class UnreadableError(ValueError):
    """The content of this file cannot be read; the files that follow can."""


class Stream:
    """Reads forward through chunks of bytes. ``position`` counts the bytes given out or skipped.

    ``data`` is the current chunk and ``at`` the position in it: a caller that reads many small parts may take them from there
    and advance ``at``, up to the end of the chunk.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.data = b""
        self.at = 0
        self.before = 0  # bytes of the stream before ``data``
        self._coming: deque[bytes] = deque()  # chunks after ``data``, from ``peek``

    @property
    def position(self) -> int:
        return self.before + self.at

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer only at the end."""
        at = self.at
        end = at + size
        if end <= len(self.data):
            self.at = end
            return self.data[at:end]
        parts = [self.data[at:]]
        missing = size - len(parts[0])
        self.at = len(self.data)
        while missing and self._next():
            part = self.data[:missing]
            self.at = len(part)
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def peek(self, size: int) -> bytes:
        """The next bytes without taking them, fewer only at the end."""
        here = self.data[self.at : self.at + size]
        missing = size - len(here)
        if not missing:
            return here
        parts = [here]
        while missing > sum(map(len, self._coming)) and (chunk := next(self._chunks, b"")):
            self._coming.append(chunk)
        for chunk in self._coming:
            parts.append(chunk[:missing])
            missing -= len(parts[-1])
        return b"".join(parts)

    def skip(self, size: int) -> int:
        """Skips ``size`` bytes without copying them; returns how many were skipped, which is less only at the end."""
        left = size
        while left:
            here = min(left, len(self.data) - self.at)
            self.at += here
            left -= here
            if left and not self._next():
                break
        return size - left

    def drain(self) -> None:
        """Reads to the end, so that hashes over the stored bytes are complete."""
        while self._next():
            pass
        self.at = len(self.data)

    def close(self) -> None:
        """Stops reading the stored bytes."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()

    def _next(self) -> bool:
        chunk = self._coming.popleft() if self._coming else next(self._chunks, b"")
        if not chunk:
            return False
        self.before += len(self.data)
        self.data, self.at = chunk, 0
        return True


class SeekStream(Stream):
    """A ``Stream`` over a seekable plain file: skipped bytes are not read, unless they lie in the current window."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(iter(()))
        self._file = file
        start = file.tell()
        self._end = file.seek(0, 2)
        self._stand(file.seek(start))

    def read(self, size: int) -> bytes:
        if size <= WINDOW_BYTES or self.at + size <= len(self.data):
            return super().read(size)
        first = self.data[self.at :]
        if self._coming:
            self._file.seek(self.before + len(self.data))
        rest = self._file.read(size - len(first))
        self._stand(self.position + len(first) + len(rest))
        return first + rest

    def skip(self, size: int) -> int:
        step = min(size, max(0, self._end - self.position))
        if self.at + step <= len(self.data):
            self.at += step
        else:
            self._stand(self._file.seek(self.position + step))
        return step

    def drain(self) -> None:
        self._stand(self._file.seek(0, 2))

    def close(self) -> None:
        """Does not close the file: its opener does."""

    def _stand(self, position: int) -> None:
        """Drops the buffered chunks, so that the next read starts at ``position``, to which the file was moved."""
        self.data, self.at, self.before = b"", 0, position
        self._coming.clear()
        self._chunks = iter(partial(self._file.read, WINDOW_BYTES), b"")  # a new iterator: one that was exhausted stays so


def open_stream(
    raw: BinaryIO,
    limits: Limits,
    on_stored: Callable[[bytes], object] | None = None,
    on_inflated: Callable[[bytes], object] | None = None,
    *,
    read_ahead: bool = False,
    while_waiting: Callable[[], object] | None = None,
    spent: Spending | None = None,
    exact: bool = False,
) -> Stream:
    """A stream over the inflated bytes of ``raw``; the callbacks see every stored and every inflated chunk.

    ``spent`` is charged for inflated bytes, instead of the current ``spending``. ``exact``: bytes after the last compressed
    member are an error (TrailingError), raised after all good data.
    With ``read_ahead`` a thread inflates the next chunks; ``close`` the stream before ``raw``. ``while_waiting`` is called
    in the reader's thread when no chunk is ready.
    """
    if read_ahead:
        from .ahead import ahead

        chunks = _chunks(raw, limits, on_stored, on_inflated, AHEAD_BYTES, spent, exact=exact)
        return Stream(ahead(chunks, while_waiting=while_waiting))
    return Stream(_chunks(raw, limits, on_stored, on_inflated, CHUNK_BYTES, spent, exact=exact))


def compression(head: bytes) -> str:
    """gzip, zstd, xz, bzip2 or plain, by the first bytes."""
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"
    if head[:6] == b"\xfd7zXZ\x00":
        return "xz"
    if head[:3] == b"BZh":
        return "bzip2"
    return "plain"


def _chunks(
    raw: BinaryIO,
    limits: Limits,
    on_stored: Callable[[bytes], object] | None,
    on_inflated: Callable[[bytes], object] | None,
    chunk_bytes: int,
    spent: Spending | None,
    *,
    exact: bool,
) -> Iterator[bytes]:
    own = spent or Budget(limits).layer(whole=False)

    def stored() -> Iterator[bytes]:
        data = head
        while data:
            own.stored(len(data))
            if on_stored:
                on_stored(data)
            yield data
            data = raw.read(chunk_bytes)

    head = raw.read(chunk_bytes)
    kind = compression(head)
    for piece in stored() if kind == "plain" else _inflate(stored(), kind, exact=exact):
        own.made(len(piece))
        if not spent:
            charge(len(piece))
        if on_inflated:
            on_inflated(piece)
        yield piece


def _inflate(stored: Iterator[bytes], kind: str, *, exact: bool) -> Iterator[bytes]:
    make, errors = _decompressor(kind)
    engine = make()
    fresh = True  # at the start of a member: the stored data may end here
    try:
        for data in stored:
            while data or not (engine.eof or getattr(engine, "needs_input", True)):
                if engine.eof:
                    while len(data) < HEAD_BYTES and (more := next(stored, b"")):
                        data += more  # a chunk may end within the first bytes of a member
                    if compression(data) != kind and not (kind == "zstd" and not data):
                        if exact:
                            raise TrailingError(f"other data follow the {kind} data")
                        return  # padding or garbage after the last member
                    engine, fresh = make(), True
                piece = engine.decompress(data, PIECE_BYTES)
                fresh = False
                # zlib returns the input that it did not use, the others keep it and set needs_input
                data = engine.unused_data if engine.eof else getattr(engine, "unconsumed_tail", b"")
                if piece:
                    yield piece
                if not data and getattr(engine, "needs_input", True):
                    break
        while not engine.eof and (piece := engine.decompress(b"", PIECE_BYTES)):  # more output than fits into one piece
            yield piece
    except errors as error:
        raise ValueError(f"damaged {kind} data: {error}") from error
    if not engine.eof and not fresh:
        raise TruncatedError(f"the {kind} data end too early")


def _decompressor(kind: str) -> tuple[Callable[[], Any], Any]:
    if kind == "gzip":
        try:
            from isal import igzip_lib

            # (its copy of zlib's interface copies the remaining input on each call, and takes a third longer)
            return lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP), (igzip_lib.error,)
        except ImportError:  # no wheel for this machine: the standard library is half as fast
            return lambda: zlib.decompressobj(31), (zlib.error,)
    if kind == "zstd":
        import sys

        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
        return zstd.ZstdDecompressor, (zstd.ZstdError,)
    if kind == "xz":
        import lzma

        return lambda: lzma.LZMADecompressor(memlimit=256 << 20), (lzma.LZMAError,)
    import bz2

    return bz2.BZ2Decompressor, (OSError,)

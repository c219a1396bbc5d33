"""Passes the content of one file to the readers that want it, and collects their facts.

A file is read once for all readers, and no further than they need. A reader's error becomes an Unknown of its file.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, BinaryIO, TypeVar, cast

from careen.errors import InputError, OverBudgetError
from careen.formats.archives import tar
from careen.formats.archives.inflate import SeekStream, Stream
from careen.log import logger
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import HEAD_BYTES, Scanner, Selective
from careen.safety.budget import Spending

from .dispatch import Wanted

log = logger(__name__)

MEMORY_BYTES = 8 << 20  # a file up to this size is kept in memory, a larger one in a temporary file
GAP_BYTES = 32 << 10  # a smaller gap between two ranges is read rather than skipped
FILE_BYTES = 1 << 30  # a file beyond this size is not read whole
Result = TypeVar("Result")


class LayerFile:
    """A file of a layer in the form that readers get (``plugins.File``)."""

    __slots__ = ("_data", "_spool", "mode", "path", "size_bytes")

    def __init__(self, path: str, size_bytes: int, mode: int, data: bytes, spool: BinaryIO | None = None) -> None:
        self.path, self.size_bytes, self.mode, self._data, self._spool = path, size_bytes, mode, data, spool

    @property
    def data(self) -> bytes:
        if self._spool is not None:
            raise ValueError(f"larger than {MEMORY_BYTES >> 20} MiB")
        return self._data

    def open(self) -> BinaryIO:
        if self._spool is None:
            return io.BytesIO(self._data)
        return io.BufferedReader(_View(self._spool))


class _View(io.RawIOBase):
    """A reader's own view of the temporary file: if the reader closes it, the file is still there for the next one."""

    def __init__(self, spool: BinaryIO) -> None:
        self._spool, self._at = spool, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._spool.seek(self._at)
        with memoryview(buffer) as room:
            data = self._spool.read(len(room))
            room[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = 0 if whence == io.SEEK_SET else self._at if whence == io.SEEK_CUR else self._spool.seek(0, io.SEEK_END)
        if start + offset < 0:
            raise ValueError("a place before the start of the file")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at


class Found:
    """The facts that readers find in a layer, and the files that they could not read."""

    def __init__(self, spent: Spending) -> None:
        self.spent = spent
        self.facts: dict[str, dict[str, list[Any]]] = {}  # cataloger -> path -> values
        self.roots: dict[str, dict[str, str]] = {}  # cataloger -> path -> root file system, if it is not the image's own
        self.unknowns: list[Unknown] = []

    def collect(self, item: Wanted, path: str, call: Callable[..., Iterable[Any] | None], *arguments: object) -> None:
        """Calls a reader and stores its facts, including those before a failure."""

        def consume() -> None:
            for value in call(*arguments) or ():
                self.spent.fact()
                if isinstance(value, Unknown):
                    self.unknowns.append(value)
                    continue
                self.facts.setdefault(item.cataloger, {}).setdefault(path, []).append(value)
                if item.root:
                    self.roots.setdefault(item.cataloger, {})[path] = item.root

        self.guarded(item, path, consume)

    def guarded(self, item: Wanted, path: str, call: Callable[..., Result], *arguments: object) -> Result | None:
        """Calls a reader's function. Its errors are caught only here, and become Unknowns; then the result is None."""
        try:
            return call(*arguments)
        except OverBudgetError as error:
            if error.whole:
                raise
            self.unreadable(item.cataloger, path, str(error), code="over_budget")
        except ValueError as error:
            self.unreadable(item.cataloger, path, str(error) or "not readable")
        except (MemoryError, OSError) as error:  # trouble of this machine at this time
            log.warning("the %s reader had no room for %r: %s", item.cataloger, path, error)
            reason = f"this machine could not read it: {str(error) or 'out of memory'}"
            self.unknowns.append(Unknown(item.cataloger, Evidence(path, 0), reason, transient=True))
        except Exception as error:  # a defect of Careen must not lose the rest of the image
            log.exception("the %s reader failed on %r", item.cataloger, path)
            self.unreadable(item.cataloger, path, f"the reader failed: {type(error).__name__}: {error}")
        return None

    def unreadable(self, cataloger: str, path: str, reason: str, *, code: str = "unreadable") -> None:
        self.unknowns.append(Unknown(cataloger, Evidence(path, 0), reason, code=code))

    def forget(self, path: str) -> None:
        """Drops the facts of a file, because a later entry of the layer replaces it."""
        for found in self.facts.values():
            found.pop(path, None)


def feed(source: Stream | SeekStream, member: tar.Member, path: str, wanted: list[Wanted], found: Found) -> None:
    """Passes a file to its readers. ``source`` is at the beginning of the member's content."""
    head, content = b"", None
    if member.sparse is not None:
        head, content = _begun(_charged(tar.content(source, member), found.spent))
    if any(item.reader.wants.magic for item in wanted):
        start = source.peek(min(64, member.size_bytes)) if content is None else head
        wanted = [item for item in wanted if not item.reader.wants.magic or start.startswith(item.reader.wants.magic)]
    whole = [item for item in wanted if item.reader.wants.amount == "whole"]
    scanners: list[tuple[Wanted, Scanner]] = []
    if len(whole) < len(wanted):
        if content is None:
            head = source.peek(min(HEAD_BYTES, member.size_bytes))
        scanners = _begin(LayerFile(path, member.size_bytes, member.mode, head), path, wanted, found)
    if whole and member.size_bytes > FILE_BYTES:
        for item in whole:
            found.unreadable(item.cataloger, path, f"larger than {FILE_BYTES >> 20} MiB")
        whole = []
    if whole or scanners:
        pieces = content or _pieces(source, member, head, None if whole else _ranges(scanners))
        _feed(pieces, member, path, whole, scanners, found)


def _begin(file: LayerFile, path: str, wanted: list[Wanted], found: Found) -> list[tuple[Wanted, Scanner]]:
    """Calls the readers that only need the head. Returns the scanners of those that want the stream."""
    scanners = []
    for item in wanted:
        if item.reader.wants.amount == "head":
            found.collect(item, path, item.reader.read, file)
        elif item.reader.wants.amount == "stream":
            scanner = found.guarded(item, path, item.reader.read, file)
            if scanner is not None:
                scanners.append((item, scanner))
    return scanners


def _feed(
    pieces: Iterable[bytes | int],
    member: tar.Member,
    path: str,
    whole: list[Wanted],
    scanners: list[tuple[Wanted, Scanner]],
    found: Found,
) -> None:
    spool: BinaryIO | None = None
    parts: list[bytes] = []
    try:
        if whole and member.size_bytes > MEMORY_BYTES:
            spool = _spool()
        for piece in pieces:
            if isinstance(piece, int):
                for _, scanner in scanners:
                    cast(Selective, scanner).skip(piece)  # a piece is skipped only if all scanners are selective
                continue
            scanners = [pair for pair in scanners if found.guarded(pair[0], path, _fed, pair[1], piece)]
            if spool is not None:
                _write(spool, piece)
            elif whole:
                parts.append(piece)
        for item, scanner in scanners:
            found.collect(item, path, scanner.facts)
        for item in whole:
            file = LayerFile(path, member.size_bytes, member.mode, b"".join(parts), spool)
            found.collect(item, path, item.reader.read, file)
    finally:
        if spool is not None:
            with suppress(OSError):  # on a full disk closing fails as well, but the error of the write has to be reported
                spool.close()


def _fed(scanner: Scanner, piece: bytes) -> bool:
    scanner.feed(piece)
    return True


def _charged(content: Iterator[bytes], spent: Spending) -> Iterator[bytes]:
    for piece in content:
        spent.made(len(piece))
        yield piece


def _begun(content: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The head of a sparse file, and its content from the start. Such content can only be read in order."""
    pieces: list[bytes] = []
    size = 0
    while size < HEAD_BYTES and (piece := next(content, b"")):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)[:HEAD_BYTES], chain(pieces, content)


def _ranges(scanners: list[tuple[Wanted, Scanner]]) -> list[tuple[int, int]] | None:
    """The byte ranges that the scanners need together, in order, with small gaps closed. None: the whole file."""
    asked: list[tuple[int, int]] = []
    for _, scanner in scanners:
        ranges = getattr(scanner, "ranges", None)
        if ranges is None:
            return None
        asked += ranges
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(asked):
        if merged and start < merged[-1][1] + GAP_BYTES:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        elif start < stop:
            merged.append((start, stop))
    return merged


def _pieces(
    source: Stream | SeekStream, member: tar.Member, head: bytes, ranges: list[tuple[int, int]] | None
) -> Iterator[bytes | int]:
    """The content of a file that is not sparse, in pieces of limited size. Gaps between ``ranges`` are yielded as
    numbers of bytes, and what follows the last range is omitted. ``ranges`` None means the whole file.
    """
    if len(head) == member.size_bytes:
        yield head  # the stream is still at its start, and the walk skips the content
        return
    if ranges is None:
        yield from tar.content(source, member)
        return
    at = 0
    for start, stop in ranges:
        if start >= member.size_bytes:
            break
        if start > at:
            if source.skip(start - at) < start - at:
                raise ValueError("the archive breaks off in the content of a file")
            yield start - at
        at = min(stop, member.size_bytes)
        yield from tar.pieces(source, at - start)


def _spool() -> BinaryIO:
    """A temporary file without a name."""
    import tempfile

    try:
        return cast(BinaryIO, tempfile.TemporaryFile())
    except OSError as error:
        raise _no_room(error) from error


def _write(spool: BinaryIO, piece: bytes) -> None:
    try:
        spool.write(piece)
        spool.flush()  # flushed now, so that a full disk is noticed before a reader starts again
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> InputError:
    """The error for a full disk. It is this machine's trouble, not the image's, so that nothing read now may be stored."""
    return InputError(
        f"a large file of it cannot be written to a temporary file: {error.strerror}",
        "make room in the folder for temporary files, or set TMPDIR",
    )

"""Blobs stored by digest: ``BlobStore`` downloads each once, verifies it while it streams, and returns it as a file, or
(for layers, which are large) as a stream.

With a folder they are in ``blobs/<algorithm>/<hex>``: written aside, verified, renamed, so that processes may share it
and a killed process leaves no partial file; the least recently used ones are removed when the folder exceeds its limit.
Without a folder each is in a file without a name as long as the store exists. A broken connection is resumed at the
same byte. A stored blob is hashed before it is used; a damaged one is downloaded again, with a warning.
Raises: InputError if the bytes do not match the digest, NetworkError if they cannot be downloaded.
"""

import contextlib
import hashlib
import io
import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO, cast

from careen.formats.archives.ahead import ahead
from careen.formats.archives.table_document import has_table
from careen.log import logger
from careen.safety.cache_limits import cache_limits
from careen.safety.digest import has_digest, hasher, text_of

from ..errors import InputError, NetworkError
from ..net import SlowError
from ..plugins import Progress, silent
from .cache import aside, make_room_for, write
from .layer_parts import Download, LayerParts, Room
from .manifest import Descriptor, is_digest

log = logger(__name__)

MAX_BLOB_BYTES = 64 * 1024**3
_CHUNK = 256 * 1024
_TRIES = 4  # attempts in a row that bring less than a chunk


class BlobStore:
    """A store of blobs. Threads may share it; they download different blobs in parallel, and each blob only once."""

    def __init__(
        self,
        folder: Path | None,
        download: Download,
        progress: Progress = silent,
        limit_bytes: int = cache_limits().images,
        *,
        by_table: bool = False,
    ) -> None:
        self._folder = folder / "blobs" if folder else None
        self._by_table, self._room = by_table, Room()
        self._download, self._progress, self._limit = download, progress, limit_bytes
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._unnamed: dict[str, _Unnamed] = {}
        self._checked: set[str] = set()  # digests of stored blobs that this object has verified

    def opener(self, descriptor: Descriptor) -> Callable[[], BinaryIO]:
        """A function that opens the blob as ``pull`` does, for a Layer."""
        return lambda: self.pull(descriptor)

    def parts(self, descriptor: Descriptor) -> LayerParts | None:
        """A reader of parts of a layer; None if layers are not read by parts, or if the layer has no table of contents or is
        stored already.
        """
        if not self._by_table or descriptor.size_bytes < 0 or not has_table(descriptor.annotations):
            return None
        is_kept = self._folder is not None and self._path(descriptor.digest).exists()
        return None if is_kept else LayerParts(descriptor, self._download, self._room)

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """The whole blob, checked; any number may be open at once."""
        with self._alone(descriptor):
            return self._kept(descriptor) or self._fetched(descriptor)

    def pull(self, descriptor: Descriptor) -> BinaryIO:
        """The blob as a stream while it is downloaded, so that reader and network work in parallel.

        Errors are raised at its end, when it is stored. Other readers of the same blob wait until this one is closed. A
        read returns as much as is available.
        """
        alone = self._alone(descriptor)
        alone.acquire()
        try:
            kept = self._kept(descriptor)
        except BaseException:
            alone.release()
            raise
        if kept is None:
            return cast(BinaryIO, _Pulled(self._pulled(descriptor, alone)))  # from here on the stream releases the lock
        alone.release()
        return kept

    def _alone(self, descriptor: Descriptor) -> threading.Lock:
        if not is_digest(descriptor.digest):
            raise InputError(f"{descriptor.digest[:100]!r} is not a digest", "build or push the image again")
        with self._lock:
            return self._locks.setdefault(descriptor.digest, threading.Lock())

    def document(self, descriptor: Descriptor, limit_bytes: int) -> bytes:
        """A small blob as bytes. Raises InputError if it is over the limit."""
        if descriptor.size_bytes > limit_bytes:
            raise InputError(
                f"the blob {descriptor.digest} has {descriptor.size_bytes} bytes; the limit is {limit_bytes}", "check the image"
            )
        with self.open(descriptor) as file:
            data = file.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise InputError(f"the blob {descriptor.digest} has more than {limit_bytes} bytes", "check the image")
        return data

    def known(self, digest: str) -> bytes | None:
        """A stored manifest; None if it is not stored."""
        if self._folder is None or not is_digest(digest):
            return None
        try:
            data = self._path(digest).read_bytes()
        except OSError:
            return None
        if has_digest(data, digest):
            return data
        self._discard(digest)
        return None

    def keep(self, digest: str, data: bytes) -> None:
        """Stores a manifest whose digest was verified."""
        if self._folder is not None:
            with aside(self._path(digest)) as file:
                file.write(data)

    # --- one blob -----------------------------------------------------------------------------------------------------

    def _kept(self, descriptor: Descriptor) -> BinaryIO | None:
        if self._folder is None:
            kept = self._unnamed.get(descriptor.digest)
            return io.BufferedReader(_View(kept), _CHUNK) if kept else None
        path = self._path(descriptor.digest)
        try:
            file = path.open("rb")
        except OSError:
            return None
        if descriptor.digest not in self._checked and not self._is_whole(file, descriptor.digest):
            file.close()
            self._discard(descriptor.digest)
            return None
        if descriptor.size_bytes not in (-1, os.fstat(file.fileno()).st_size):  # the descriptor is wrong, not the blob
            file.close()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # it was used: see make_room
        log.debug("%s is kept already", descriptor.digest)
        return file

    def _is_whole(self, file: BinaryIO, digest: str) -> bool:
        try:
            whole = text_of(hashlib.file_digest(file, lambda: hasher(digest))) == digest  # type: ignore[arg-type]
            file.seek(0)
        except OSError:
            return False
        if whole:
            self._checked.add(digest)
        return whole

    def _discard(self, digest: str) -> None:
        log.warning("the blob %s in the cache is damaged: it is fetched anew", digest)
        with contextlib.suppress(OSError):
            self._path(digest).unlink()

    def _fetched(self, descriptor: Descriptor) -> BinaryIO:
        for _ in range(_TRIES):
            for _ in self._saved(descriptor, self._progress):
                pass
            if kept := self._kept(descriptor):
                return kept
        raise InputError(
            f"the blob {descriptor.digest} was removed from the cache each time it was stored", "scan with --no-cache"
        )

    def _pulled(self, descriptor: Descriptor, alone: threading.Lock) -> Generator[bytes]:
        try:
            yield from self._saved(descriptor, silent)  # the reader reports the progress
        finally:
            alone.release()

    def _saved(self, descriptor: Descriptor, progress: Progress) -> Generator[bytes]:
        """Yields the chunks of a blob, and stores it when all have arrived and match the digest."""
        if self._folder is None:
            unnamed = _Unnamed()
            yield from self._stream(descriptor, unnamed.file, progress)
            self._unnamed[descriptor.digest] = unnamed
            return
        with aside(self._path(descriptor.digest)) as file:
            yield from self._stream(descriptor, file, progress)
            size = file.tell()
        self._checked.add(descriptor.digest)
        with self._lock:
            mine = {digest.partition(":")[2] for digest in self._locks}
        make_room_for(size, self._folder, self._limit, mine)

    def _stream(self, descriptor: Descriptor, file: BinaryIO, progress: Progress) -> Generator[bytes]:
        """Yields the chunks of a blob, writes them to the file and verifies them. A broken connection is resumed."""
        given = 0
        size = descriptor.size_bytes if descriptor.size_bytes >= 0 else None
        done, tries, checksum = 0, 0, hasher(descriptor.digest)
        if size is not None and size > MAX_BLOB_BYTES:
            raise InputError(f"the blob {descriptor.digest} has {size} bytes; the limit is {MAX_BLOB_BYTES}", "check the image")
        while True:
            before = done
            try:
                response = self._download(descriptor.digest, done)
                try:
                    if response.status == 200 and done:  # the server ignores ranges
                        done, checksum = 0, hasher(descriptor.digest)
                        file.seek(0)
                        file.truncate()
                    while chunk := response.read(_CHUNK):
                        done += len(chunk)
                        if done > (MAX_BLOB_BYTES if size is None else size):
                            raise _other(descriptor, "it is longer than its manifest states")
                        checksum.update(chunk)
                        write(file, chunk)
                        progress(f"layer {descriptor.digest[:19]}", done, size)
                        if done > given:  # the server started from the beginning
                            yield chunk[max(0, given - (done - len(chunk))) :]
                            given = done
                finally:
                    response.close()
                break
            except NetworkError as error:
                tries = 1 if done - before >= _CHUNK else tries + 1  # a few bytes each time would never end
                if tries >= _TRIES or done == 0 or isinstance(error, SlowError):
                    raise
                log.debug("%s broke after %d bytes; going on", descriptor.digest, done)
        write(file, b"", flush=True)
        if size is not None and done != size:
            raise _other(descriptor, f"it has {done} bytes, not {size}")
        if text_of(checksum) != descriptor.digest:
            raise _other(descriptor, f"it has the digest {text_of(checksum)}")

    def _path(self, digest: str) -> Path:
        algorithm, _, value = digest.partition(":")
        return (self._folder or Path()) / algorithm / value


class _Pulled(io.RawIOBase):
    """A blob while it is downloaded: further chunks arrive while earlier ones are read. The first chunk is downloaded
    at once, so that an unavailable blob fails when it is opened.
    """

    def __init__(self, chunks: Generator[bytes]) -> None:
        self._source = self._chunks = chunks  # set before anything can fail, because an incomplete object is closed too
        self._left = next(chunks, b"")
        if len(self._left) == _CHUNK:  # a small blob is complete already
            self._chunks = ahead(chunks)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        if not self._left:
            self._left = next(self._chunks, b"")
        data, self._left = self._left[:size], self._left[size:]
        return data

    def close(self) -> None:
        self._chunks.close()  # first, because its thread uses the source
        with contextlib.suppress(ValueError):  # it may still do so if the network hangs; it ends with its connection
            self._source.close()
        super().close()


class _Unnamed:
    """A file without a name, closed when neither the store nor a reader needs it."""

    def __init__(self) -> None:
        self.file: BinaryIO = tempfile.TemporaryFile()
        weakref.finalize(self, self.file.close)


class _View(io.RawIOBase):
    """A separate file object over a shared open file."""

    _lock = threading.Lock()  # without pread (Windows), only one view reads at a time

    def __init__(self, unnamed: _Unnamed) -> None:
        self._unnamed, self._file, self._place = unnamed, unnamed.file, 0
        self._size = os.fstat(self._file.fileno()).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence])
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._at(len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def _at(self, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, self._place)
        with self._lock:
            self._file.seek(self._place)
            return self._file.read(size)


def _other(descriptor: Descriptor, how: str) -> InputError:
    return InputError(
        f"the registry sent other bytes than {descriptor.digest}: {how}",
        "try again; if it stays, the registry or a proxy on the way is broken",
    )

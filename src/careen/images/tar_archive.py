"""The members of a tar, by name.

The tar is indexed once by its headers; a member is then a window on the file. Compressed archives and pipes are first
written to an anonymous temporary file.
"""

import io
import os
import weakref
from collections.abc import Callable
from typing import BinaryIO, cast

from careen.errors import InputError
from careen.formats.archives import tar
from careen.formats.archives.inflate import SeekStream, compression, open_stream
from careen.plugins import Progress
from careen.safety.budget import Limits
from careen.safety.digest import is_digest

from .archive import AGAIN, document
from .parts import read_part

MAX_MEMBERS = 200_000
_BUFFER_BYTES = 64 * 1024  # most members are smaller, and skipping one stays within the buffer
_REPORTED_BYTES = 1 << 20


class TarArchive:
    """The members of an uncompressed tar in a seekable file, which stays open as long as a member may be read."""

    def __init__(self, file: BinaryIO, name: str, *, lasting: bool) -> None:
        """``lasting``: it is the user's file, so that its identity is valid in a later run."""
        self.name, self.trouble = name, ""
        self._file, self._lasting = file, lasting
        weakref.finalize(self, file.close)  # an open window keeps the archive, and so the file, open
        self._members: dict[str, tuple[int, int]] = {}
        self._links: dict[str, str] = {}
        self._repeated: set[str] = set()
        file.seek(0)
        source = SeekStream(file)
        end = os.fstat(file.fileno()).st_size  # the last member of a truncated archive has less than its header states
        try:
            for member in tar.members(source):
                if member.sparse is not None:  # no tool writes such images, and the bytes are not contiguous
                    self._members.pop(member.path, None)
                    self.trouble = f"{member.path} is stored as a sparse file, which is not read here"
                elif member.kind == "f" and member.path:
                    if member.path in self._members:
                        self._repeated.add(member.path)
                    self._members[member.path] = (source.position, min(member.stored_bytes, end - source.position))
                elif member.kind in "lh" and member.path:
                    target = member.link if member.kind == "h" else f"{member.path.rpartition('/')[0]}/{member.link}"
                    self._links[member.path] = os.path.normpath(target).lstrip("/")
                if len(self._members) + len(self._links) > MAX_MEMBERS:
                    raise InputError(f"{name} has more members than the archive of an image", AGAIN)
        except ValueError as error:
            if not self._members:
                raise InputError(f"{name} is not an archive of an image: {error}", AGAIN) from error
            self.trouble = str(error)

    def has(self, path: str) -> bool:
        return self._find(path) is not None

    def read(self, path: str) -> bytes:
        with self.opener(path)() as stream:
            return document(stream, f"{self.name}: {path}")

    def opener(self, path: str, report: Callable[[int], None] | None = None) -> Callable[[], BinaryIO]:
        """A function that opens a member. ``report`` gets the position in it about once a megabyte, only from the first
        reader.
        """
        place = self._find(path)
        if place is None:
            why = f" ({self.trouble})" if self.trouble else ""
            raise InputError(f"{self.name}: {path} is missing{why}", AGAIN)
        if path in self._repeated and not is_digest(path.removeprefix("blobs/").replace("/", ":")):  # that decides, else
            raise InputError(f"{self.name}: {path} occurs twice, and engines differ in which one they read", AGAIN)
        first = [report] if report else []

        def opened() -> BinaryIO:
            window = _Window(self, self._file, *place, first.pop() if first else None)
            return cast(BinaryIO, io.BufferedReader(window, _BUFFER_BYTES))

        return opened

    def identity(self, path: str) -> str:
        """The identity of the member's bytes on this machine, valid in later runs; "" if there is none."""
        place = self._find(path)
        if not self._lasting or place is None:
            return ""
        status = os.fstat(self._file.fileno())
        return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {place[0]}"

    def size(self, path: str) -> int:
        place = self._find(path)
        return place[1] if place else 0

    def _find(self, path: str) -> tuple[int, int] | None:
        for _ in range(8):  # in old archives, shared layers are links between folders
            if path in self._members:
                return self._members[path]
            if path not in self._links:
                return None
            path = self._links[path]
        return None


class _Window(io.RawIOBase):
    """A part of a file with its own position, so that several threads can read different windows at once."""

    def __init__(
        self, owner: TarArchive, file: BinaryIO, start: int, size: int, report: Callable[[int], None] | None = None
    ) -> None:
        self._owner, self._file, self._start, self._size, self._at = owner, file, start, size, 0
        self._report, self._next = report, _REPORTED_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = read_part(self._file, self._start, self._size, self._at, len(view))
        view[: len(data)] = data
        self._at += len(data)
        if self._report and self._at >= self._next:
            self._next = self._at + _REPORTED_BYTES
            self._report(self._at)
        return len(data)


def open_archive(file: BinaryIO, name: str, limits: Limits, progress: Progress, *, lasting: bool) -> TarArchive:
    """An archive from a file or a pipe, compressed or not."""
    seekable = file.seekable()
    head = file.read(16) if seekable else b""
    if seekable:
        file.seek(0)
        if not head:
            file.close()
            raise InputError(f"{name} is empty", AGAIN)
        if compression(head) == "plain":
            return TarArchive(file, name, lasting=lasting)
    import tempfile  # imported here, because archives and layouts on disk do not need it

    spool = cast(BinaryIO, tempfile.TemporaryFile())
    try:
        _unpack(file, spool, name, limits, progress)
    except BaseException:
        spool.close()
        raise
    finally:
        if seekable:
            file.close()
    return TarArchive(spool, name, lasting=False)


def _unpack(file: BinaryIO, spool: BinaryIO, name: str, limits: Limits, progress: Progress) -> None:
    stream = open_stream(file, limits)
    try:
        while piece := stream.read(1 << 20):
            spool.write(piece)
            progress(name, stream.position, None)
        spool.flush()
    except ValueError as error:
        if not spool.tell():
            raise InputError(f"{name}: {error}", AGAIN) from error  # otherwise the complete members are used
    except InputError as error:
        raise InputError(f"{name}: {error}", error.hint) from error
    except OSError as error:
        hint = "make room in the folder for temporary files, or set TMPDIR"
        raise InputError(f"{name} cannot be unpacked: {error.strerror or error}", hint) from error
    if not spool.tell():
        raise InputError(f"{name} is empty", AGAIN)
    spool.flush()

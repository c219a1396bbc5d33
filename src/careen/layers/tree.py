"""The entries of a root file system folder, in the shape of a tar's members, so that the same walk reads both.

Nothing outside the folder is touched: links are noted and not followed, devices and pipes are never opened. A file that
may not be read gives a short content, which its readers report.
"""

import io
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO, cast

from careen.formats.inflate import SeekStream
from careen.formats.tar import Member

MAX_DEPTH = 256
_KINDS = {
    stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFCHR: "c", stat.S_IFBLK: "b", stat.S_IFIFO: "p",
    stat.S_IFSOCK: "p",
}  # fmt: skip
# What the kernel shows there is no content of an image.
_VIRTUAL = frozenset(("proc", "sys", "dev"))


def folder_entries(folder: str) -> Iterator[tuple[Member, SeekStream]]:
    """Every entry below the folder, sorted by name; the stream belongs to the member until the next is asked for."""
    yield from _below(os.fsencode(folder), b"", 0)


def _below(folder: bytes, prefix: bytes, depth: int) -> Iterator[tuple[Member, SeekStream]]:
    try:
        with os.scandir(folder) as found:
            names = sorted((entry.name, entry.path) for entry in found)
    except OSError as error:
        raise ValueError(f"the folder {_text(prefix) or '/'} cannot be read ({error.strerror})") from error
    for name, place in names:
        path = prefix + b"/" + name if prefix else name
        try:
            status = os.lstat(place)
        except OSError:
            continue  # gone since it was listed
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "p")
        link = _text(os.readlink(place)) if kind == "l" else ""  # noqa: PTH115 (bytes: a name need not be Unicode)
        size = status.st_size if kind == "f" else 0
        member = Member(
            _text(path), kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, size, link, size, None, False, ""
        )
        with _Lazy(place) if kind == "f" else io.BytesIO() as file:
            yield member, SeekStream(cast(BinaryIO, file))
        if kind == "d" and depth < MAX_DEPTH and not (depth == 0 and name.decode(errors="replace") in _VIRTUAL):
            yield from _below(place, path, depth + 1)


class _Lazy(io.RawIOBase):
    """A file that is opened when somebody reads it: most never are."""

    def __init__(self, place: bytes) -> None:
        self._place = place
        self._file: BinaryIO | None = None
        self._at = 0
        self._size = os.lstat(place).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (self._size if whence == 2 else self._at if whence == 1 else 0)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._file is None:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            try:
                self._file = os.fdopen(os.open(self._place, flags), "rb")
            except OSError as error:
                raise ValueError(f"cannot be read ({error.strerror})") from error
        self._file.seek(self._at)
        got = self._file.readinto(view)  # type: ignore[attr-defined]
        self._at += got
        return int(got)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")

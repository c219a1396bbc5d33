"""The entries of a folder with a root file system, in the form of tar members, so that the same walk reads both.

Nothing outside the folder is touched: links are listed and not followed, devices and pipes are never opened.
Raises: UnreadableError if a wanted file cannot be read; what cannot be listed goes to ``trouble``.
"""

import io
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO, cast

from careen.formats.archives.inflate import SeekStream, UnreadableError
from careen.formats.archives.tar import Member
from careen.model.excluded import Excluded

MAX_DEPTH = 256
_KINDS = {
    stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFCHR: "c", stat.S_IFBLK: "b", stat.S_IFIFO: "p",
    stat.S_IFSOCK: "p",
}  # fmt: skip
# The kernel's own file systems are not part of an image.
_VIRTUAL = frozenset(("proc", "sys", "dev"))


def folder_entries(
    folder: str, trouble: list[tuple[str, str]], excluded: Excluded | None = None
) -> Iterator[tuple[Member, SeekStream]]:
    """Every entry below the folder, sorted by name, with its content; a stream is valid until the next member is
    requested. ``trouble`` gets the path and reason of what cannot be listed. ``excluded`` paths are
    skipped.
    """
    yield from _below(os.fsencode(folder), b"", 0, trouble, excluded or Excluded())


def _below(
    folder: bytes, prefix: bytes, depth: int, trouble: list[tuple[str, str]], excluded: Excluded
) -> Iterator[tuple[Member, SeekStream]]:
    try:
        with os.scandir(folder) as found:
            names = sorted((entry.name, entry.path) for entry in found)
    except FileNotFoundError:
        return  # removed since it was listed
    except OSError as error:
        trouble.append((_text(prefix), f"the folder cannot be read ({error.strerror})"))
        return
    for name, place in names:
        path = prefix + b"/" + name if prefix else name
        text = _text(path)
        if excluded.covers(text):
            continue
        try:
            status = os.lstat(place)
            kind = _KINDS.get(stat.S_IFMT(status.st_mode), "p")
            link = _text(os.readlink(place)) if kind == "l" else ""  # noqa: PTH115 (bytes: a name need not be Unicode)
        except FileNotFoundError:
            continue  # removed since it was listed
        except OSError as error:
            trouble.append((text, f"it cannot be read ({error.strerror})"))
            continue
        size = status.st_size if kind == "f" else 0
        member = Member(
            text, kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, size, link, size, None, False, ""
        )
        with _Lazy(place, size) if kind == "f" else io.BytesIO() as file:
            yield member, SeekStream(cast(BinaryIO, file))
        if kind != "d" or (depth == 0 and name.decode(errors="replace") in _VIRTUAL):
            continue
        if depth < MAX_DEPTH:
            yield from _below(place, path, depth + 1, trouble, excluded)
        else:
            trouble.append((text, f"more than {MAX_DEPTH} folders deep: its content is not read"))


class _Lazy(io.RawIOBase):
    """A file that is opened only when it is read, as few files are."""

    def __init__(self, place: bytes, size: int) -> None:
        self._place, self._size = place, size
        self._file: BinaryIO | None = None
        self._at = 0

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
                raise UnreadableError(f"cannot be read ({error.strerror})") from error
        try:
            self._file.seek(self._at)
            got = self._file.readinto(view)  # type: ignore[attr-defined]
        except OSError as error:
            raise UnreadableError(f"cannot be read ({error.strerror})") from error
        if not got and len(view) and self._at < self._size:
            raise UnreadableError("became shorter while it was read")
        self._at += got
        return int(got)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")

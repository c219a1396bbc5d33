"""The build context: files of one folder, read within bounds, and only those that a build would send.

Links are not followed, nothing outside the folder is read, ``.dockerignore`` is respected.
Raises: ValueError with the reason if an existing file is not read.
"""

import os
import stat
from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from posixpath import normpath

from careen.formats.dockerfile.ignore import left_out

MAX_BYTES = 16 << 20
MAX_TOTAL_BYTES = 128 << 20
MAX_NAMES = 10_000


class Context:
    def __init__(self, root: Path, ignored: Sequence[str] = ()) -> None:
        self.root, self._ignored = root, ignored
        self._left = MAX_TOTAL_BYTES

    def is_folder(self, path: str) -> bool:
        status = self._status(path)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def matching(self, pattern: str) -> list[str]:
        """The files and folders that match a source of COPY, whose last part may be a pattern."""
        folder, _, name = clean(pattern).rpartition("/")
        if not any(mark in name for mark in "*?["):
            return [clean(pattern)]
        try:
            inside = (self.root / folder).iterdir() if self.is_folder(folder) else iter(())
            names = sorted(entry.name for entry in islice(inside, MAX_NAMES))
        except OSError:
            return []
        return [f"{folder}/{found}".lstrip("/") for found in names if fnmatchcase(found, name)]

    def read(self, path: str) -> bytes | None:
        """The content of a file of the context; None if there is no such file."""
        path = clean(path)
        status = self._status(path)
        if status is None or stat.S_ISDIR(status.st_mode):
            return None
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path} is not a regular file")
        if self._ignored and left_out(path, self._ignored):
            raise ValueError(f".dockerignore excludes {path}")
        if status.st_size > MAX_BYTES:
            raise ValueError(f"{path} is larger than {MAX_BYTES >> 20} MiB")
        if status.st_size > self._left:
            raise ValueError(f"{path} is not read: with it, the files would exceed {MAX_TOTAL_BYTES >> 20} MiB")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(self.root / path, flags), "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from error
        self._left -= len(data)
        return data

    def _status(self, path: str) -> os.stat_result | None:
        """The status of a path, or of the first link on the way to it, which is not followed; None if the path does
        not exist."""
        place = self.root
        status = None
        for part in [part for part in clean(path).split("/") if part] or ["."]:
            place = place / part
            try:
                status = os.lstat(place)
            except (OSError, ValueError):
                return None
            if stat.S_ISLNK(status.st_mode):
                return status
        return status


def context_at(root: Path) -> Context:
    """The context of a folder with its ``.dockerignore``."""
    for name in (".dockerignore", ".containerignore"):
        try:
            data = Context(root).read(name)
        except ValueError:
            continue
        if data is not None:
            return Context(root, data.decode("utf-8-sig", "replace").splitlines())
    return Context(root)


def clean(path: str) -> str:
    """The path relative to the root; ``..`` does not leave the root, as in a build."""
    return normpath("/" + path.replace("\0", "")).lstrip("/")

"""Lists and removes the files below a folder, whatever their names. Links are never followed, neither to list nor to
remove. A file that changed since it was listed stays.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from msgspec import Struct

MAX_DEPTH = 8
_BY_HANDLE = os.unlink in os.supports_dir_fd and os.stat in os.supports_follow_symlinks and hasattr(os, "O_NOFOLLOW")


class Kept(Struct, frozen=True, gc=False):
    """A file. ``path`` is relative, with ``/``. ``used`` is its modification time, which users of the cache set when
    they read it.
    """

    path: str
    size: int
    used: float
    inode: int


def kept_in(root: Path) -> Iterator[Kept]:
    """Every file and link below the folder; folders deeper than ``MAX_DEPTH`` are not listed."""
    yield from _below(str(root), "", 0)


def remove(root: Path, file: Kept) -> bool:
    """Removes a file that is unchanged since it was listed, and folders that become empty. Returns whether it was
    removed.
    """
    *folders, name = file.path.split("/")
    try:
        if not _BY_HANDLE:
            return _removed_by_path(root, folders, name, file)
        with ExitStack() as stack:
            handles = [_opened(stack, root, None)]
            for folder in folders:
                handles.append(_opened(stack, folder, handles[-1]))
            if not _is_same(os.stat(name, dir_fd=handles[-1], follow_symlinks=False), file):
                return False
            os.unlink(name, dir_fd=handles[-1])
            with suppress(OSError):  # not empty
                for folder, handle in reversed([*zip(folders, handles, strict=False)]):
                    os.rmdir(folder, dir_fd=handle)
            return True
    except OSError:
        return False


def _below(folder: str, path: str, depth: int) -> Iterator[Kept]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    if depth < MAX_DEPTH:
                        yield from _below(entry.path, f"{path}{entry.name}/", depth + 1)
                else:
                    yield Kept(path + entry.name, status.st_size, status.st_mtime, status.st_ino)


def _opened(stack: ExitStack, folder: Path | str, parent: int | None) -> int:
    follow = 0 if parent is None else os.O_NOFOLLOW  # the cache folder itself may be a link
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | follow, dir_fd=parent)
    stack.callback(os.close, handle)
    return handle


def _removed_by_path(root: Path, folders: list[str], name: str, file: Kept) -> bool:
    place = root
    for folder in folders:
        place = place / folder
        if place.is_symlink():
            return False
    if not _is_same((place / name).lstat(), file):
        return False
    (place / name).unlink()
    return True


def _is_same(status: os.stat_result, file: Kept) -> bool:
    return (status.st_ino, status.st_size, status.st_mtime) == (file.inode, file.size, file.used)

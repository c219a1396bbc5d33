"""Files of the cache folder: written aside and renamed, and removed when the folder exceeds its limit.

Raises: InputError if the folder cannot be written to.
"""

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Set
from pathlib import Path
from typing import BinaryIO

from ..errors import InputError

_PART = ".part-"
_STALE_S = 24 * 3600.0
_allowed: dict[tuple[Path, int], int] = {}  # bytes that may be added to a folder before it is listed again


@contextlib.contextmanager
def aside(path: Path) -> Iterator[BinaryIO]:
    """Opens a new file, which is renamed to ``path`` if the block succeeds, and removed if it fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=_PART, dir=path.parent)
    except OSError as error:
        raise _no_room(path.parent, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        try:
            Path(name).replace(path)
        except PermissionError:  # Windows: a file of that name, with the same content, is open
            if not path.is_file():
                raise
    except OSError as error:
        raise _no_room(path.parent, error) from None
    finally:
        Path(name).unlink(missing_ok=True)


def write(file: BinaryIO, chunk: bytes, flush: bool = False) -> None:
    try:
        file.write(chunk)
        if flush:
            file.flush()
    except OSError as error:
        name = getattr(file, "name", "")
        raise _no_room(Path(name).parent if isinstance(name, str) else Path(tempfile.gettempdir()), error) from None


def seal(path: Path, digest: str = "") -> None:
    """Writes the checksum of a file that no digest identifies into a second file beside it; ``is_sealed`` checks it."""
    digest = digest or _sha256(path)
    with aside(_seal_of(path)) as file:
        write(file, f"{_identity(path)}\n{digest}\n".encode())


def is_sealed(path: Path) -> bool:
    """Whether a file is unchanged since it was sealed. It is hashed only if its place, size or time differs. It is
    marked as used.
    """
    try:
        identity, digest = _seal_of(path).read_text("ascii").splitlines()
        if identity != _identity(path) and digest != _sha256(path):
            return False
    except (OSError, ValueError):
        return False
    with contextlib.suppress(OSError, InputError):
        os.utime(path)
        seal(path, digest)
    return True


def make_room_for(added: int, folder: Path, limit_bytes: int, keep: Set[str]) -> None:
    """Calls ``make_room`` after so many bytes were added, but only when an eighth of the last free space is used:
    otherwise the time for many small files would grow with the square of their number.
    """
    left = _allowed.get((folder, limit_bytes), 0) - added
    _allowed[folder, limit_bytes] = left if left > 0 else make_room(folder, limit_bytes, keep) // 8


def make_room(folder: Path, limit_bytes: int, keep: Set[str]) -> int:
    """Removes the least recently used files below ``folder`` if they exceed the limit, and a few more than necessary.
    Returns how many bytes are free below the limit.

    Files with a name in ``keep`` stay. Partial files of killed processes are removed after a day.
    """
    found: list[tuple[float, int, Path]] = []
    now = time.time()
    for path in _files(folder):
        with contextlib.suppress(OSError):
            status = path.lstat()
            if not path.name.startswith(_PART):
                found.append((status.st_mtime, status.st_size, path))
            elif now - status.st_mtime > _STALE_S:
                path.unlink()
    total = sum(size for _, size, _ in found)
    enough = limit_bytes if total <= limit_bytes else limit_bytes - limit_bytes // 64
    for _, size, path in sorted(found):
        if total <= enough:
            break
        if path.name not in keep:
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
    return max(0, limit_bytes - total)


def _seal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.seal")


def _identity(path: Path) -> str:
    status = path.stat()
    return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for inner in folder.iterdir():
            if inner.is_dir() and not inner.is_symlink():
                yield from inner.iterdir()


def _no_room(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"{folder} cannot be written to: {error.strerror or error}", "make room there, or set CAREEN_CACHE_DIR to another place"
    )

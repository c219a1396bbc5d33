"""A layer from a file of another format, for several image sources: the equivalent tar, generated piece by piece."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from careen.plugins import OpenContext
from careen.safety.budget import Limits


class TarStream(io.RawIOBase):
    """Reads generated pieces like a file. An error is raised after all pieces before it were read."""

    def __init__(self, pieces: Iterator[bytes], file: BinaryIO) -> None:
        self._pieces, self._file, self._rest = pieces, file, b""
        self._trouble: ValueError | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts = [self._rest]
        have = len(self._rest)
        try:
            while (have < size or size < 0) and (piece := next(self._pieces, None)) is not None:
                parts.append(piece)
                have += len(piece)
        except ValueError as error:
            self._trouble = error
        if self._trouble and not have:
            trouble, self._trouble = self._trouble, None
            raise trouble
        data = b"".join(parts)
        self._rest = data[size:] if size >= 0 else b""
        return data[:size] if size >= 0 else data

    def close(self) -> None:
        self._file.close()
        super().close()


def limits_of(context: OpenContext) -> Limits:
    return context.settings.get("limits") or Limits()


def identity_of(path: Path, what: str) -> str:
    """Identifies, on this machine, the ``what`` that is made of the file's bytes: it changes if the file does."""
    status = path.stat()
    return f"{what} {status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def starts_with(reference: str, offset: int, magic: bytes) -> bool:
    """Whether a reference is a file with these bytes at an offset."""
    try:
        path = Path(reference)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(len(magic)) == magic
    except (OSError, ValueError):
        return False

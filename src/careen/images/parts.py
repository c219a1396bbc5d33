"""Reads parts of an open file, from several threads at once."""

import os
import threading
from typing import BinaryIO

_LOCK = threading.Lock()


def read_part(file: BinaryIO, start: int, size: int, offset: int, wanted: int) -> bytes:
    """Bytes from ``offset`` of the part of a file that begins at ``start`` and has ``size`` bytes; fewer at its end."""
    wanted = min(wanted, size - offset)
    if wanted <= 0:
        return b""
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), wanted, start + offset)
    with _LOCK:  # Windows has no pread
        os.lseek(file.fileno(), start + offset, os.SEEK_SET)
        return os.read(file.fileno(), wanted)

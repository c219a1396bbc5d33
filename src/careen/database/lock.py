"""A lock that admits one updater at a time: it is on an open file, and the system releases it when the process ends."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

POLL_S = 0.1
LOCK_PATIENCE_S = 900.0  # how long a process waits that changes the database


@contextmanager
def exclusive(path: Path, patience_s: float) -> Iterator[bool]:
    """Waits up to ``patience_s`` for the lock. Yields whether it was acquired; it is held until the end of the block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        held = _take(file)
        deadline = time.monotonic() + patience_s
        while not held and time.monotonic() < deadline:
            time.sleep(POLL_S)
            held = _take(file)
        yield held  # closing the file releases it


if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

"""A file that is written whole or not at all: whoever reads it meets what was there before, or all of the new one."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object], *, synced: bool = False, aside: Path | None = None) -> None:
    """``write`` fills a new file aside, which then takes the place of ``path``.

    Where that fails at any point, on a full disk too, ``path`` stays as it was. A process that is killed leaves at most the
    file aside, ``.<name>.….building``, or where ``aside`` says: a place on the same file system. ``synced``: it is on the
    disk before it takes the place, so that it survives a loss of power. Raises OSError, and what ``write`` raises.
    """
    aside = aside or path.with_name(f".{path.name[:200]}.{os.getpid()}.{threading.get_ident()}.building")
    aside.unlink(missing_ok=True)
    try:
        with aside.open("xb") as file:
            write(file)
            file.flush()
            if synced:
                os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise

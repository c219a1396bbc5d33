"""Writes a file completely or not at all: a reader sees either the previous content or all of the new."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object], *, synced: bool = False, aside: Path | None = None) -> None:
    """``write`` fills a new file aside, which then takes the place of ``path``.

    If that fails at any point, on a full disk too, ``path`` stays as it was. A process that is killed leaves at most the
    file aside, ``.<name>.….building``, or ``aside``: a path on the same file system. ``synced``: the file is on the disk
    before it replaces ``path``, so that it survives a loss of power. Raises OSError, and what ``write`` raises.
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

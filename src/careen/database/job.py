"""The resources of an update: the database's folder, locked by this process, and the options of its caller.

Layout of the folder: ``advisories.sqlite``, ``checked.json`` (``checks``), ``lock``, and ``fetching.<pid>`` while
fetching. Unfinished downloads are in ``partial``, which belongs to the holder of ``partial.lock``: an update that does
not get that lock at once stores none. ``refresh.lock`` belongs to the one process that finishes what scans had no time
for.
Raises: BusyError.
"""

import os
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from careen.errors import DatabaseError
from careen.plugins import Progress

from .download import Downloads
from .guard import IsAffected
from .lock import exclusive
from .origin import Origin
from .partial import prune
from .workers import Gate


class BusyError(DatabaseError):
    """Another process holds the lock."""


class Patience:
    """A time limit. ``is_late`` is true shortly before its end, so that the work done until then can still be used."""

    def __init__(self, seconds: float | None) -> None:
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._soon = None if seconds is None else time.monotonic() + 0.8 * seconds

    @property
    def is_bounded(self) -> bool:
        return self._deadline is not None

    def left(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def is_late(self) -> bool:
        return self._soon is not None and time.monotonic() > self._soon


class Workplace(Struct, frozen=True):
    """The folder of an update. ``parts`` stores downloads. They stay for the next run unless another process uses that
    folder (``is_shared``).
    """

    scratch: Path
    parts: Path
    gate: Gate
    is_shared: bool


class Job(Struct, frozen=True):
    path: Path  # the database
    scratch: Path
    origin: Origin
    downloads: Downloads | None
    asked: str  # the time at which the update began
    max_age_s: float
    patience: Patience
    leave_bytes: int | None
    is_shared: bool
    accept: Collection[str]
    is_affected: IsAffected | None
    progress: Progress


def hold(path: Path, waiting_s: Callable[[], float], progress: Progress, opened: ExitStack) -> Workplace:
    """Takes the lock of the database until ``opened`` closes. ``waiting_s`` returns how long to wait for another
    process. Raises BusyError.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not opened.enter_context(exclusive(folder / "lock", 0)):
        progress("waiting for another update", 0, None)
        if not opened.enter_context(exclusive(folder / "lock", waiting_s())):
            raise BusyError("another process is updating the advisory database", "Wait for it, or use --offline.")
    owns = opened.enter_context(exclusive(folder / "partial.lock", 0))
    return workplace(folder, "fetching", owns, opened)


def workplace(folder: Path, name: str, owns: bool, opened: ExitStack) -> Workplace:
    """Creates the folder of this process, which is removed when ``opened`` closes. ``owns``: it holds ``partial.lock``."""
    clear(folder, name)
    scratch = folder / f"{name}.{os.getpid()}"
    scratch.mkdir()
    opened.callback(clear, folder, name)
    gate = Gate()
    opened.callback(gate.close)
    parts = folder / "partial" if owns else scratch
    if owns:
        prune(parts)
    return Workplace(scratch, parts, gate, not owns)


def clear(folder: Path, name: str) -> None:
    import shutil

    for leftover in folder.glob(f"{name}.*"):
        shutil.rmtree(leftover, ignore_errors=True)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

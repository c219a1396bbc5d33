"""Progress bars on a terminal: one for each long step, with bytes; removed when the step is done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Any

from careen.output.escape import shorten, visible
from careen.plugins import Progress, silent

PATIENCE_S = 0.4  # shorter work needs no bar, nor the library that draws it


@contextmanager
def progress_on(wanted: bool) -> Iterator[Progress]:
    if not wanted:
        yield silent
        return
    lock, began, owner = Lock(), monotonic(), os.getpid()
    display: Any = None
    tasks: dict[str, Any] = {}

    def show(what: str, done: int, total: int | None) -> None:
        nonlocal display
        if os.getpid() != owner:  # a fork: what it reads is shown by the process that owns the terminal
            return
        if display is None and monotonic() - began < PATIENCE_S:
            return
        with lock:  # layers are read in several threads
            if display is None:
                display = _display()
                display.start()
            if total is not None and done >= total:
                if what in tasks:
                    display.remove_task(tasks.pop(what))
            elif what in tasks:
                display.update(tasks[what], completed=done, total=total)
            else:
                tasks[what] = display.add_task(shorten(visible(what), 36), completed=done, total=total)

    try:
        yield show
    finally:
        if display is not None:
            display.stop()


def _display() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        console=Console(stderr=True),
        transient=True,
    )

"""Standard streams: closed streams, closed pipes, and the width of the terminal."""

import os
import sys


def make_sure_of_streams() -> None:
    """Opens the null device for a stream that was closed before the start (``>&-``): Python has None for it."""
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def forget_output() -> None:
    """Points standard output to the null device: the interpreter flushes it once more at its end, and would print an
    error."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # not a file, or already closed
        return


def columns() -> int:
    """Columns of the terminal, as ``shutil.get_terminal_size`` computes them, without an import that a scan does not need."""
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed, or not a terminal
        return 80

"""Standard streams: those that are not there or that nobody reads, and how wide the terminal is."""

import os
import sys


def make_sure_of_streams() -> None:
    """A stream that was closed before we began (``>&-``) is None in Python; writing to it goes nowhere instead."""
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def forget_output() -> None:
    """Standard output goes nowhere from now on: the interpreter flushes it once more at its end, and would complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # not a file, or already closed
        return


def columns() -> int:
    """Of the terminal, as ``shutil.get_terminal_size`` has it: a module that nothing else of a scan has to import."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed, or no terminal
        return 80

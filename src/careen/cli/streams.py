"""Standard streams that are not there, or that nobody reads."""

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

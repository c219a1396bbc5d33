"""What a command does when nobody reads its output."""

import os
import sys


def forget_output() -> None:
    """Standard output goes nowhere from now on: the interpreter flushes it once more at its end, and would complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # not a file, or already closed
        return

"""Errors on standard error: one line that names what is wrong, and a hint with the next step, if there is one."""

import re
import sys

from careen.errors import Error


def print_error(error: Exception, about: str = "") -> int:
    """Prints an error, and returns the exit code. ``about`` is put before the message, unless the message contains it
    already."""
    text, hint, code = _described(error)
    named = not about or re.search(rf"(?<!\w){re.escape(about)}(?!\w)", text)
    print_message(text if named else f"{about}: {text}", hint)
    return code


def print_message(text: str, hint: str = "") -> None:
    _line(f"careen: error: {_visible(text)}")
    if hint:
        _line(f"hint: {_visible(hint)}")


def print_note(text: str) -> None:
    _line(f"careen: {_visible(text)}")


def _described(error: Exception) -> tuple[str, str, int]:
    """The message, the hint and the exit code for an error."""
    if isinstance(error, Error):
        return str(error), error.hint, error.exit_code
    if isinstance(error, OSError):  # of the machine: a full disk, a folder without permission
        return str(error), "check disk and permissions; --debug shows where it failed", 3
    hint = "this is a bug in careen. Please report it with the output of the same command and --debug"
    return f"unexpected {type(error).__name__}: {error}", hint, 3


def _line(text: str) -> None:
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # standard error is closed
        return


def _visible(text: str) -> str:
    from careen.output.escape import visible

    return visible(text)

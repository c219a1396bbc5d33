"""What went wrong, in one line on standard error and, where there is one, a next step; back comes the exit code."""

import re
import sys

from careen.errors import Error


def tell(error: Exception, about: str = "") -> int:
    """``about`` names what it was about, where the error does not name it itself."""
    text, hint, code = _words(error)
    named = not about or re.search(rf"(?<!\w){re.escape(about)}(?!\w)", text)
    say(text if named else f"{about}: {text}", hint)
    return code


def say(text: str, hint: str = "") -> None:
    _line(f"careen: error: {_visible(text)}")
    if hint:
        _line(f"hint: {_visible(hint)}")


def _words(error: Exception) -> tuple[str, str, int]:
    if isinstance(error, Error):
        return str(error), error.hint, error.exit_code
    if isinstance(error, OSError):  # the machine's trouble, not ours: a full disk, a folder without permission
        return str(error), "check disk and permissions; --debug says where", 3
    # ours to mend, not the user's
    hint = "this is a bug in careen. Please report it with the output of the same command and --debug"
    return f"unexpected {type(error).__name__}: {error}", hint, 3


def _line(text: str) -> None:
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # nobody listens
        return


def _visible(text: str) -> str:
    from careen.output.escape import visible

    return visible(text)

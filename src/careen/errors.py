"""What stops a scan, each with the exit code and what to do next.

    Error ├─ UsageError      2   flags, configuration, policy file
          ├─ InputError      3   not found, denied, corrupt, over a limit (entries, bytes, depth, ratio)
          ├─ DatabaseError   3   missing, too old, corrupt
          └─ NetworkError    3   unreachable, refused, rate-limited (TooManyRequestsError), wrong credentials

Trouble with one file is not an error but data: a reader raises ``ValueError`` and the walker records an ``Unknown``.
"""


class Error(Exception):
    """A scan cannot go on: ``str(error)`` names the thing and the reason, ``hint`` the next step."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(Error):
    exit_code = 2


class InputError(Error):
    pass


class OverBudgetError(InputError):
    """A bound was reached. ``whole``: of the layer or the scan, so that nothing more of it is read; else of one file."""

    def __init__(self, message: str, hint: str = "", *, whole: bool = False) -> None:
        super().__init__(message, hint)
        self.whole = whole


class NotHereError(InputError):
    """This image source has no such image, or is not there itself (``absent``): another source may be asked.

    ``chosen``: the user said where it is, so that to ask another one instead is worth a warning.
    """

    elsewhere = True

    def __init__(self, message: str, hint: str = "", *, absent: bool = False, chosen: bool = False) -> None:
        super().__init__(message, hint)
        self.absent, self.chosen = absent, chosen


class DatabaseError(Error):
    pass


class NetworkError(Error):
    pass


class TooManyRequestsError(NetworkError):
    """The other side wants to be left alone for a while."""

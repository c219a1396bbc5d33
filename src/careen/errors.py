"""The errors that stop a scan, each with an exit code and a hint for the next step.

    Error ├─ UsageError      2   flags, configuration, policy file
          ├─ InputError      3   not found, denied, corrupt, over a limit (entries, bytes, depth, ratio)
          ├─ DatabaseError   3   missing, too old, corrupt
          └─ NetworkError    3   unreachable, refused, rate-limited (TooManyRequestsError), wrong credentials

A file that cannot be read is data, not an error: its reader raises ``ValueError``, and the walker records an
``Unknown``.
"""


class FileLimitError(ValueError):
    """A file may be valid, but is over a limit of its reader."""


class Error(Exception):
    """A scan cannot continue: ``str(error)`` names what failed and why, ``hint`` the next step."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(Error):
    exit_code = 2


class InputError(Error):
    pass


class NoImageError(InputError):
    """A reference names an artifact of a kind that no engine runs: a chart, a signature, a model."""


class NothingToCheckError(InputError):
    """No check applies to any of the given files."""


class OverBudgetError(InputError):
    """A limit was reached. ``whole``: it is a limit of a layer or of the scan, whose rest is not read; otherwise it is a limit
    of one file, and the next file is read.
    """

    def __init__(self, message: str, hint: str = "", *, whole: bool = False) -> None:
        super().__init__(message, hint)
        self.whole = whole


class NotHereError(InputError):
    """This image source has no such image, or does not exist itself (``absent``): another source may be tried.

    ``chosen``: the user chose this source, so that trying another one deserves a warning.
    """

    elsewhere = True

    def __init__(self, message: str, hint: str = "", *, absent: bool = False, chosen: bool = False) -> None:
        super().__init__(message, hint)
        self.absent, self.chosen = absent, chosen


class TableError(Error):
    """A layer's table of contents cannot be used, or its registry serves no parts of it: the layer is read whole instead."""


class DatabaseError(Error):
    pass


class NetworkError(Error):
    pass


class CredentialsError(NetworkError):
    """A server does not accept the user name, the password or the token."""


class NotListedError(NetworkError):
    """The settings do not allow to contact an address: it is not listed, or it is inside a private network."""


class TooManyRequestsError(NetworkError):
    """A server refuses more requests for a while."""

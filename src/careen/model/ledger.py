"""The files of an image, by whether and how a package explains them."""

from typing import Literal

from msgspec import Struct

State = Literal["verified", "listed", "identified", "modified", "unexplained"]
STATES: tuple[State, ...] = ("verified", "listed", "identified", "modified", "unexplained")


class LedgerFile(Struct, frozen=True, gc=False):
    """A file. ``verified``: it has the content that its package records. ``listed``: a package lists it, and it was not
    compared. ``identified``: a reader identified it, or the package whose folder contains it. ``package`` is a purl, or
    "".
    """

    path: str
    layer: int
    state: State
    package: str = ""


class Ledger(Struct, frozen=True):
    """Counts of files. ``deleted``: documentation and translations that a package lists and the image lacks;
    ``missing``: other files that a package lists and the image lacks.
    """

    verified: int = 0
    listed: int = 0
    identified: int = 0
    modified: int = 0
    unexplained: int = 0
    deleted: int = 0
    missing: int = 0

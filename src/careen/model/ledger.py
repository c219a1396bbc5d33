"""Which files of an image a package explains."""

from typing import Literal

from msgspec import Struct

State = Literal["verified", "listed", "identified", "modified", "unexplained"]
STATES: tuple[State, ...] = ("verified", "listed", "identified", "modified", "unexplained")


class LedgerFile(Struct, frozen=True, gc=False):
    """``verified``: with the content that its package records. ``listed``: in the list of a package, and not compared.
    ``identified``: a reader names it, or the package whose folder it is in. ``package`` is a purl, or "".
    """

    path: str
    layer: int
    state: State
    package: str = ""


class Ledger(Struct, frozen=True):
    """Counts of files. ``deleted``: documentation and translations that a package lists and the image lacks, ``missing``: other
    files of packages that it lacks."""

    verified: int = 0
    listed: int = 0
    identified: int = 0
    modified: int = 0
    unexplained: int = 0
    deleted: int = 0
    missing: int = 0

"""Code whose origin only its content shows: which files are compared, and what they are."""

from typing import Literal

from msgspec import Struct

Band = Literal["exact", "high", "medium", "low"]


class OriginFile(Struct, frozen=True, gc=False):
    """A file whose origin is looked for. ``owner``: the purl of the package that contains it; "" if there is none.

    ``costly``: a scan with the base alone that ships compares it only if origins are requested.
    """

    path: str
    layer: int
    owner: str = ""
    costly: bool = False


class OriginFiles(Struct, frozen=True):
    """``left_out``: how many more there are, beyond the bound of a scan."""

    files: tuple[OriginFile, ...] = ()
    left_out: int = 0


class Share(Struct, frozen=True):
    """How much of a component is the project's, of one kind of evidence."""

    kind: str  # files, letters, tokens, literals, names …
    found: int
    of: int


class PatchState(Struct, frozen=True):
    """Whether the fix of a vulnerability is in the component's own code."""

    cve: str
    state: Literal["fixed", "vulnerable", "unknown"]
    evidence: str = ""


class Origin(Struct, frozen=True, omit_defaults=True):
    """What identifies a package, if only its content does.

    ``versions`` explain the content equally well; ``nearest``: none explains all of it. ``modified`` is None for programs.
    ``proven``: the knowledge base ships with Careen, or its signature is of a configured identity, so that what it states
    about fixes may suppress a finding.
    """

    project: str
    versions: tuple[str, ...]
    band: Band
    modified: bool | None = None
    nearest: bool = False
    shares: tuple[Share, ...] = ()
    fixes: tuple[PatchState, ...] = ()
    owners: tuple[str, ...] = ()  # purls of the packages that contain it
    proven: bool = False


class OriginRead(Struct, frozen=True, omit_defaults=True):
    """What the search for origins saw, and how far it came.

    ``unread`` files were left out because the time or the room was used up. ``projects`` counts those of the knowledge bases;
    ``small``: they are those that ship with Careen alone. ``reduced``: numpy is not installed, and nothing was compared.
    ``costly`` files were left out, because the user did not request them.
    """

    files: int = 0
    unexplained: int = 0
    unread: int = 0
    projects: int = 0
    small: bool = False
    reduced: bool = False
    costly: int = 0

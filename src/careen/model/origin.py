"""Code whose origin only its content shows: the files that are compared, and the results."""

from typing import Literal

from msgspec import Struct

Band = Literal["exact", "high", "medium", "low"]


class OriginFile(Struct, frozen=True, gc=False):
    """A file whose origin is searched. ``owner``: the purl of the package that contains it; "" if there is none.
    ``costly``: a scan with only the shipped base compares it only if origins are requested.
    """

    path: str
    layer: int
    owner: str = ""
    costly: bool = False


class OriginFiles(Struct, frozen=True):
    """The files whose origin is searched. ``left_out``: the number of further ones, beyond the limit of a scan."""

    files: tuple[OriginFile, ...] = ()
    left_out: int = 0


class Share(Struct, frozen=True):
    """The fraction of a component that comes from the project, by one kind of evidence."""

    kind: str  # files, letters, tokens, literals, names …
    found: int
    of: int


class PatchState(Struct, frozen=True):
    """Whether the component's own code contains the fix of a vulnerability."""

    cve: str
    state: Literal["fixed", "vulnerable", "unknown"]
    evidence: str = ""


class Origin(Struct, frozen=True, omit_defaults=True):
    """The identification of a package that only its content shows.

    ``versions`` fit the content equally well; ``nearest``: none fits it completely. If the content is that of no known
    version, the true one may be any between those in ``around``, the next older and newer ones that the base has.
    ``modified`` is None for programs.
    ``proven``: the knowledge base ships with Careen, or a configured identity has signed it, so that its statements
    about fixes may suppress a finding.
    """

    project: str
    versions: tuple[str, ...]
    band: Band
    modified: bool | None = None
    nearest: bool = False
    around: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    fixes: tuple[PatchState, ...] = ()
    owners: tuple[str, ...] = ()  # purls of the packages that contain it
    proven: bool = False


class OriginRead(Struct, frozen=True, omit_defaults=True):
    """The extent of the search for origins.

    ``unread`` files were left out because time or room ran out. ``projects`` counts the projects in the knowledge bases;
    ``small``: only the base that ships with Careen was used. ``reduced``: numpy is not installed, and nothing was compared.
    ``costly`` files were left out, because the user did not request them.
    """

    files: int = 0
    unexplained: int = 0
    unread: int = 0
    projects: int = 0
    small: bool = False
    reduced: bool = False
    costly: int = 0

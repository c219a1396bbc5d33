"""Signs of risky behaviour in an image, and what its programs and scripts can do."""

from typing import Literal, get_args

from msgspec import Struct

from .finding import BehaviourFinding

Part = Literal["hardening", "hooks", "capabilities", "names", "code", "fixes", "life"]
PARTS: tuple[Part, ...] = get_args(Part)


class Profile(Struct, frozen=True, gc=False):
    """The capabilities of one file: their names, sorted. ``package`` is a purl; "" if no package owns the file."""

    path: str
    layer: int
    capabilities: tuple[str, ...]
    package: str = ""
    digest: str = ""  # of the bytes that were read


class Unread(Struct, frozen=True, gc=False):
    path: str
    layer: int
    reason: str


class Examined(Struct, frozen=True):
    """The results of examining the contents of files. ``left_out`` files were not read because time or room ran out, of
    ``cut`` files only the beginning was read, and on ``slow`` files the user's rules took too long. ``unread`` lists source
    code that could not be parsed. Each field that begins with ``more`` counts what exceeds the bound of its list.
    """

    files: int = 0
    profiles: tuple[Profile, ...] = ()
    findings: tuple[BehaviourFinding, ...] = ()
    left_out: int = 0
    cut: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    more_unread: int = 0
    more_cut: int = 0
    more_findings: int = 0
    more_profiles: int = 0
    slow: tuple[str, ...] = ()


class PartScore(Struct, frozen=True):
    part: Part
    findings: int
    score: int  # 0 to 100


class BehaviourSummary(Struct, frozen=True):
    """Counts of a default scan. ``parts`` are those that were examined; ``index`` is None unless the scanner ran."""

    programs: int = 0
    unprotected: int = 0
    privileged: int = 0  # unprotected programs with setuid, setgid or capabilities
    hooks: int = 0
    life: int = 0
    parts: tuple[PartScore, ...] = ()
    index: int | None = None

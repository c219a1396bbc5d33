"""What the signs of risk in an image come to, and what its programs and scripts can do."""

from typing import Literal, get_args

from msgspec import Struct

from .finding import BehaviourFinding

Part = Literal["hardening", "hooks", "capabilities", "names", "code", "fixes", "life"]
PARTS: tuple[Part, ...] = get_args(Part)


class Profile(Struct, frozen=True, gc=False):
    """What one file can do: names of capabilities, sorted. ``package`` is a purl, or ""."""

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
    """What the contents of files show. ``left_out`` files were not read because the time or the room was used up, of
    ``cut`` ones only the beginning was, and on ``slow`` ones the user's rules took too long; ``unread`` is source code that was
    not understood. What begins with ``more`` counts
    what is beyond the bounds of these lists."""

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
    privileged: int = 0  # of the unprotected: those that give their user the rights of another one
    hooks: int = 0
    life: int = 0
    parts: tuple[PartScore, ...] = ()
    index: int | None = None

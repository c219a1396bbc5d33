"""A component: code of one project, named by its content, and the versions that explain it best."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from .evidence import Weights
from .fixes import FixState

Confidence = Literal["exact", "high", "medium", "low"]
NEAR_BEST = 0.01


class Matched(Struct, frozen=True):
    """How many of the features that were looked up are the project's: ``found`` of ``of``. ``kind``: whole files,
    stretches of letters or tokens, texts …"""

    kind: Literal["files", "letters", "tokens", "literals", "names", "tables", "sequences"]
    found: int
    of: int


class Component(Struct, frozen=True):
    """Code of one project. ``path`` is the folder or file; ``versions`` explain it equally well. ``nearest``: none of
    them explains all of it."""

    path: str
    project: str
    purls: tuple[str, ...]
    cpes: tuple[str, ...]
    versions: tuple[str, ...]
    confidence: Confidence
    modified: bool | None  # None: unknown, of a program
    files: tuple[str, ...]
    evidence: tuple[Matched, ...]
    nearest: bool = False
    fixes: tuple[FixState, ...] = ()
    is_part: bool = False  # of source code: it is a small part of the project
    # A file of the project has all of this code, and much more: perhaps the project carries it, and another wrote it.
    may_be_carried: bool = False


def of_few_versions(component: Component) -> Component:
    """The component as a base shows it that has few passages of code, and only some versions of each project: less certain,
    unless all of its files are those of one version. One part of a file may be recognised by chance."""
    if component.modified is False and len(component.versions) == 1 and len(component.files) > 1:
        return component
    is_part = len(component.files) == 1 and component.modified is not False
    return replace(component, nearest=True, confidence="medium" if is_part else component.confidence)


def best_versions(versions: Sequence[str], scores: Weights, near: float = NEAR_BEST) -> tuple[tuple[str, ...], float]:
    """The versions with the best score, or at least ``near`` times the best, and the best score."""
    best = float(scores.max()) if scores.size else 0.0
    if best <= 0:
        return tuple(versions), best
    is_best = scores >= best - max(near * best, 1e-9)
    return tuple(dict.fromkeys(version for version, named in zip(versions, is_best, strict=True) if named)), best

"""How an attacker reaches the containers of an image, and gets further from there: the paths that a report shows."""

from msgspec import Struct

from .advisory import Severity
from .finding import Location


class PathNode(Struct, frozen=True):
    name: str
    kind: str  # internet, container, host, volume …
    runs_image: bool = False  # a container of the image that was scanned


class PathStep(Struct, frozen=True):
    source: int  # position in nodes
    target: int
    text: str  # how an attacker gets there
    place: Location | None = None


class AttackPath(Struct, frozen=True):
    """A path of an attack. ``cut``: the changes that together interrupt it and leave the least dangerous paths."""

    severity: Severity
    score: float
    steps: tuple[PathStep, ...]
    cut: tuple[str, ...] = ()


class AttackPaths(Struct, frozen=True):
    """The worst paths through a container of the image, or through any container if no file runs the image; ``total``
    counts all paths.
    """

    targets: tuple[str, ...]  # the files and folders that the user named
    nodes: tuple[PathNode, ...]
    paths: tuple[AttackPath, ...]
    total: int
    complete: bool  # the search found all paths, and every file could be read

"""How an attacker gets to the containers of an image, and on from them: the paths that a report shows."""

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
    """``cut``: the changes that together end the path and leave least."""

    severity: Severity
    score: float
    steps: tuple[PathStep, ...]
    cut: tuple[str, ...] = ()


class AttackPaths(Struct, frozen=True):
    """The worst paths through a container of the image, or through any if no file runs it; ``total`` counts all of them."""

    targets: tuple[str, ...]  # the files and folders that the user named
    nodes: tuple[PathNode, ...]
    paths: tuple[AttackPath, ...]
    total: int
    complete: bool  # the search found all paths, and every file could be read

"""The attack paths as a drawing: nodes in columns by their distance from where an attacker begins, and arrows between them."""

from collections import Counter

from msgspec import Struct

from careen.model.exposure import AttackPaths

WIDTH, HEIGHT = 150, 34  # of a node
ACROSS, DOWN = 210, 52  # from one to the next
LONGEST = 20  # characters in a node
MARGIN = 2


class Box(Struct, frozen=True):
    x: int
    y: int
    name: str
    whole: str
    kind: str
    runs_image: bool
    width: int = WIDTH
    height: int = HEIGHT


class Arrow(Struct, frozen=True):
    x1: int
    y1: int
    x2: int
    y2: int
    severity: str  # of the worst path that takes it
    text: str


class Drawing(Struct, frozen=True):
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawing_of(found: AttackPaths) -> Drawing:
    places = _places(found)
    boxes = tuple(
        Box(x, y, _short(node.name), node.name, node.kind, node.runs_image)
        for node, (x, y) in ((found.nodes[number], place) for number, place in places.items())
    )
    arrows: dict[tuple[int, int], Arrow] = {}
    for path in found.paths:  # the worst first
        for step in path.steps:
            ends = _ends(places[step.source], places[step.target])
            arrows.setdefault((step.source, step.target), Arrow(*ends, path.severity, step.text))
    width = max((x for x, _ in places.values()), default=0) + WIDTH + MARGIN
    height = max((y for _, y in places.values()), default=0) + HEIGHT + MARGIN
    return Drawing(width, height, boxes, tuple(arrows.values()))


def _places(found: AttackPaths) -> dict[int, tuple[int, int]]:
    """The corner of each node. Paths from the Internet decide first, and others begin where their first node is."""
    column: dict[int, int] = {}
    for path in sorted(found.paths, key=lambda path: found.nodes[path.steps[0].source].kind != "internet"):
        for step in path.steps:
            beside = column.setdefault(step.source, 0) + 1
            column.setdefault(step.target, beside)
    rows: Counter[int] = Counter()
    places: dict[int, tuple[int, int]] = {}
    for number, distance in column.items():
        places[number] = (distance * ACROSS + MARGIN, rows[distance] * DOWN + MARGIN)
        rows[distance] += 1
    return places


def _ends(source: tuple[int, int], target: tuple[int, int]) -> tuple[int, int, int, int]:
    """The middles of the sides that face each other."""
    (x1, y1), (x2, y2) = source, target
    if x1 == x2:
        below = y2 > y1
        return x1 + WIDTH // 2, y1 + HEIGHT * below, x2 + WIDTH // 2, y2 + HEIGHT * (not below)
    ahead = x2 > x1
    return x1 + WIDTH * ahead, y1 + HEIGHT // 2, x2 + WIDTH * (not ahead), y2 + HEIGHT // 2


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"

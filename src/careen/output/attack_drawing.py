"""Attack paths as a drawing for HTML: the first paths from left to right, each box once, at its farthest place.

The drawing has no text that the list beside it lacks, so that screen readers pass over it.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

WIDTH, HEIGHT, GAP_X, GAP_Y = 168, 36, 56, 16
MAX_PATHS = 6
MAX_BOXES = 40
SHORT = 20  # characters of a name in its box

Place = tuple[int, int]  # column and row


class Route(Struct, frozen=True):
    severity: str
    ways: tuple[tuple[str, str], ...]  # ids of nodes, from each to the next


class Box(Struct, frozen=True):
    x: int
    y: int
    text: str
    name: str
    is_own: bool


class Arrow(Struct, frozen=True):
    line: str  # the path of SVG
    severity: str  # of the worst path that takes it


class Drawing(Struct, frozen=True):
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    box_width: int = WIDTH
    box_height: int = HEIGHT


def drawing_of(routes: Sequence[Route], names: Mapping[str, str], own: Collection[str], outside: str) -> Drawing | None:
    """The worst path comes first; None without one. If some begin ``outside``, the others are in the list alone."""
    from_outside = [route for route in routes if route.ways[0][0] == outside]
    drawn = (from_outside or routes)[:MAX_PATHS]
    places = _places([[route.ways[0][0], *(target for _, target in route.ways)] for route in drawn])
    if not places:
        return None
    boxes = tuple(Box(*_corner(place), _short(names[id]), names[id], id in own) for id, place in places.items())
    arrows: dict[tuple[str, str], Arrow] = {}
    for route in drawn:
        for way in route.ways:
            if way not in arrows and all(end in places for end in way):
                arrows[way] = Arrow(_line(*(places[end] for end in way)), route.severity)
    width, height = _corner((1 + max(column for column, _ in places.values()), 1 + max(row for _, row in places.values())))
    return Drawing(width - GAP_X, height - GAP_Y, boxes, tuple(arrows.values()))


def _places(chains: Sequence[Sequence[str]]) -> dict[str, Place]:
    column: dict[str, int] = {}
    for chain in chains:
        for index, id in enumerate(chain):
            if id in column or len(column) < MAX_BOXES:
                column[id] = max(index, column.get(id, 0))
    filled: dict[int, int] = {}
    found = {}
    for id, index in column.items():
        found[id] = (index, filled.get(index, 0))
        filled[index] = filled.get(index, 0) + 1
    return found


def _corner(place: Place) -> tuple[int, int]:
    return place[0] * (WIDTH + GAP_X), place[1] * (HEIGHT + GAP_Y)


def _line(start: Place, end: Place) -> str:
    """From the right side of a box to the left side of another; backwards, from below to below."""
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    if end[0] > start[0]:
        x1, middle = x1 + WIDTH, GAP_X // 2
        y1, y2 = y1 + HEIGHT // 2, y2 + HEIGHT // 2
        return f"M{x1} {y1}C{x1 + middle} {y1} {x2 - middle} {y2} {x2 - 4} {y2}"
    x1, x2, y1, y2 = x1 + WIDTH // 2, x2 + WIDTH // 2 + 12, y1 + HEIGHT, y2 + HEIGHT
    return f"M{x1} {y1}C{x1} {y1 + GAP_Y} {x2} {y2 + GAP_Y} {x2} {y2 + 4}"


def _short(name: str) -> str:
    return name if len(name) <= SHORT else f"…{name[1 - SHORT :]}"

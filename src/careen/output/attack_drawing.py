"""Attack paths as a drawing for HTML: the first paths from left to right, each box once, in the last column in which a path has
it.

An arrow that passes columns has a free place in each of them, so that it crosses no box. The drawing has no text that the list
beside it lacks, so that screen readers pass over it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

WIDTH, HEIGHT, GAP_X, GAP_Y = 168, 36, 56, 16
MAX_PATHS = 6
MAX_BOXES = 40
SHORT = 20  # characters of a name in its box

Place = tuple[int, int]  # column and row


class Route(Struct, frozen=True):
    severity: str
    ways: tuple[tuple[str, str], ...]  # the steps of the path: the ids of two nodes


class Box(Struct, frozen=True):
    x: int
    y: int
    text: str
    name: str
    is_own: bool


class Arrow(Struct, frozen=True):
    line: str  # the path of SVG
    severity: str  # of the worst path that uses the arrow


class Drawing(Struct, frozen=True):
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    box_width: int = WIDTH
    box_height: int = HEIGHT


def drawing_of(routes: Sequence[Route], names: Mapping[str, str], own: Collection[str], outside: str) -> Drawing | None:
    """The drawing of these routes, of which the worst comes first; None without routes. If some begin ``outside``,
    only these are drawn."""
    from_outside = [route for route in routes if route.ways[0][0] == outside]
    drawn = (from_outside or routes)[:MAX_PATHS]
    columns = _columns([[route.ways[0][0], *(target for _, target in route.ways)] for route in drawn])
    if not columns:
        return None
    severity = {way: route.severity for route in reversed(drawn) for way in route.ways}
    ways = [way for way in dict.fromkeys(way for route in drawn for way in route.ways) if columns.keys() >= set(way)]
    passed = {way: range(columns[way[0]] + 1, columns[way[1]]) for way in ways}
    filled: Counter[int] = Counter()
    places = {id: _next(column, filled) for id, column in columns.items()}
    between = {way: [_next(column, filled) for column in passed[way]] for way in ways}
    boxes = tuple(Box(*_corner(place), _short(names[id]), names[id], id in own) for id, place in places.items())
    arrows = tuple(Arrow(_line([places[way[0]], *between[way], places[way[1]]]), severity[way]) for way in ways)
    width, height = _corner((1 + max(filled), max(filled.values())))
    return Drawing(width - GAP_X, height - GAP_Y, boxes, arrows)


def _columns(chains: Sequence[Sequence[str]]) -> dict[str, int]:
    column: dict[str, int] = {}
    for chain in chains:
        for index, id in enumerate(chain):
            if id in column or len(column) < MAX_BOXES:
                column[id] = max(index, column.get(id, 0))
    return column


def _next(column: int, filled: Counter[int]) -> Place:
    filled[column] += 1
    return column, filled[column] - 1


def _corner(place: Place) -> tuple[int, int]:
    return place[0] * (WIDTH + GAP_X), place[1] * (HEIGHT + GAP_Y)


def _line(places: Sequence[Place]) -> str:
    """The path of an arrow from the right side of a box to the left side of another, straight through the free places between
    them. An arrow that leads back to an earlier column begins and ends below the boxes.
    """
    if places[-1][0] <= places[0][0]:
        (x1, y1), (x2, y2) = _corner(places[0]), _corner(places[-1])
        x1, x2, y1, y2 = x1 + WIDTH // 2, x2 + WIDTH // 2 + 12, y1 + HEIGHT, y2 + HEIGHT
        return f"M{x1} {y1}C{x1} {y1 + GAP_Y} {x2} {y2 + GAP_Y} {x2} {y2 + 4}"
    x, y = _side(places[0], right=True)
    parts = [f"M{x} {y}"]
    for place in places[1:]:
        (left, below), middle = _side(place, right=False), GAP_X // 2
        end = left - 4 * (place is places[-1])  # the tip is before the box
        parts.append(f"C{x + middle} {y} {left - middle} {below} {end} {below}")
        x, y = _side(place, right=True)
        if place is not places[-1]:
            parts.append(f"H{x}")
    return "".join(parts)


def _side(place: Place, *, right: bool) -> tuple[int, int]:
    """The coordinates of the middle of the left or right side of the box at a place."""
    x, y = _corner(place)
    return x + WIDTH * right, y + HEIGHT // 2


def _short(name: str) -> str:
    return name if len(name) <= SHORT else f"…{name[1 - SHORT :]}"

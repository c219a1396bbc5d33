"""The exposure of an image as a drawing: the first paths from left to right, each box once, at its farthest place.

The drawing has no text that the list beside it lacks, so that screen readers pass over it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from careen.exposure.graph import INTERNET

WIDTH, HEIGHT, GAP_X, GAP_Y = 168, 36, 56, 16
MAX_PATHS = 6
MAX_BOXES = 40
SHORT = 20  # characters of a name in its box


class Box(Struct, frozen=True):
    x: int
    y: int
    text: str
    name: str
    is_own: bool


class Arrow(Struct, frozen=True):
    line: str  # the path of SVG
    severity: str


class Drawing(Struct, frozen=True):
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawing(source: Mapping[str, Any]) -> Drawing | None:
    """Of one source, as the API states it; None without a path. Those from the Internet, if there are any: what begins inside
    is in the list."""
    paths = [path for path in source["paths"] if path["steps"]]
    outside = [path for path in paths if path["steps"][0]["source"] == INTERNET]
    paths = (outside or paths)[:MAX_PATHS]
    place = _places([_stations(path) for path in paths])
    if not place:
        return None
    own = {node["id"] for node in source["containers"]}
    boxes = tuple(
        Box(column * (WIDTH + GAP_X), row * (HEIGHT + GAP_Y), _short(name), name, id in own)
        for id, (column, row) in place.items()
        for name in (source["labels"].get(id, id),)
    )
    columns, rows = (1 + max(at[axis] for at in place.values()) for axis in (0, 1))
    arrows: dict[tuple[str, str], Arrow] = {}
    for path in paths:  # the worst first
        for step in path["steps"]:
            ends = (step["source"], step["target"])
            if ends not in arrows and all(end in place for end in ends):
                arrows[ends] = Arrow(_line(*(place[end] for end in ends)), path["severity"])
    return Drawing(columns * (WIDTH + GAP_X) - GAP_X, rows * (HEIGHT + GAP_Y) - GAP_Y, boxes, tuple(arrows.values()))


def _stations(path: Mapping[str, Any]) -> list[str]:
    return [path["steps"][0]["source"], *(step["target"] for step in path["steps"])]


def _places(chains: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Column and row of each box."""
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


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """From the right side of a box to the left side of another; backwards, from below to below."""
    (x1, y1), (x2, y2) = ((column * (WIDTH + GAP_X), row * (HEIGHT + GAP_Y)) for column, row in (start, end))
    if end[0] > start[0]:
        x1, middle = x1 + WIDTH, GAP_X // 2
        y1, y2 = y1 + HEIGHT // 2, y2 + HEIGHT // 2
        return f"M{x1} {y1}C{x1 + middle} {y1} {x2 - middle} {y2} {x2 - 4} {y2}"
    x1, x2, y1, y2 = x1 + WIDTH // 2, x2 + WIDTH // 2 + 12, y1 + HEIGHT, y2 + HEIGHT
    return f"M{x1} {y1}C{x1} {y1 + GAP_Y} {x2} {y2 + GAP_Y} {x2} {y2 + 4}"


def _short(name: str) -> str:
    return name if len(name) <= SHORT else f"…{name[1 - SHORT :]}"

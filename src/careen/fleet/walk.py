"""Reads a list row by row, when a statement for the whole page took too long.

It reads the rows in the order of the list, and looks at the images of each until one meets the query. The work is bounded by
time: a page whose time has passed ends, and states how far it came. It looks at a number of rows in any case, so that each
page goes further than the one before.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace
from sqlalchemy import Connection, Row, select

from .conditions import Conditions
from .list_pages import Way
from .one_by_one import image_meets
from .rows import among
from .tables import image, image_unit
from .time_limit import clock_of

WALK_S = 0.12
LEAST = 100  # rows and images that a page looks at in any case
FIRST_ROWS = 64
MOST_ROWS = 4000
FIRST_PLACES = 16
COUNTED = 200  # places of a row that are looked at to count its images
SHORT_S = 0.006  # reads that take less are followed by larger ones, and those that take four times as much by smaller ones

Rows = TypeVar("Rows", bound=Sequence[Any])


class PageEnds(Exception):  # noqa: N818 (no error)
    """The time of the page has passed while it looked at the images of a unit."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way


class Walk:
    """What a page has looked at, and how much it still may."""

    def __init__(self, connection: Connection, project_id: int | None, found: Conditions) -> None:
        self._connection, self._clock = connection, clock_of(connection)
        self._end = self._clock() + WALK_S
        self._seen = 0
        self._size = FIRST_ROWS
        self._meets = image_meets(project_id, found)
        self._known: dict[int, bool] = {}  # whether images meet the query
        self.first = 0  # no image before it does

    @property
    def is_over(self) -> bool:
        return self._seen >= LEAST and self._clock() >= self._end

    def find_first(self, start: Way) -> Way | None:
        """Finds the first image that meets the query; None if no image does. Its number is ``first`` of the result, and it is
        0 while the time did not suffice to find it.
        """
        if start.first:
            self.first = start.first
            return start
        last = start.image

        def read(size: int) -> list[tuple[Any, ...]]:
            wanted = select(image.c.id, self._meets).where(image.c.id > last)
            return [tuple(row) for row in self._connection.execute(wanted.order_by(image.c.id).limit(size))]

        for window in self.windows(read):
            for number, meets in window:
                last = number
                if meets:
                    self.first = number
                    return replace(start, image=0, first=number)
            if self.is_over:
                return replace(start, image=last)
        return None

    def windows(self, read: Callable[[int], Rows]) -> Iterator[Rows]:
        """The next rows, again and again. ``read`` gets their number. The last window has fewer."""
        while True:
            start, size = self._clock(), self._size
            rows = read(size)
            self._seen += len(rows)
            yield rows
            if len(rows) < size:
                return
            self._size = _next_size(size, self._clock() - start)

    def has_image(self, unit_id: int, way: Way) -> bool:
        """Whether an image that contains the unit meets the query. Raises PageEnds."""
        for row, meets in self.places(unit_id, way.image if unit_id == way.unit else 0):
            if meets:
                return True
            if self.is_over:
                raise PageEnds(replace(way, unit=unit_id, image=row.image_id))
        return False

    def count(self, units: Sequence[int]) -> dict[str, Any]:
        """The number of images that contain one of the units, of the first so many. If there are more, it is the number that
        there are more of, whether the others meet the query or not.
        """
        found = set[int]()
        looked = 0
        for unit_id in units:
            for row, meets in self.places(unit_id, size=COUNTED):
                if meets:
                    found.add(row.image_id)
                looked += 1
                if looked == COUNTED:
                    return {"images": max(0, len(found) - 1), "images_exact": False}
        return {"images": len(found), "images_exact": True}

    def places(self, unit_id: int, last: int = 0, size: int = FIRST_PLACES) -> Iterator[tuple[Row[Any], bool]]:
        """The rows of ``image_unit`` with the unit, in the order of their images after ``last``, and whether each of these
        meets the query.
        """
        last = max(last, self.first - 1)
        columns = image_unit.c["image_id", "layer", "presence"]
        while True:
            start = self._clock()
            wanted = select(*columns).where(image_unit.c.unit_id == unit_id, image_unit.c.image_id > last)
            rows = self._connection.execute(wanted.order_by(image_unit.c.image_id).limit(size)).all()
            self._look_at([row.image_id for row in rows])
            took = self._clock() - start
            for row in rows:
                yield row, self._known[row.image_id]
            if len(rows) < size:
                return
            last, size = rows[-1].image_id, _next_size(size, took)

    def _look_at(self, images: Sequence[int]) -> None:
        unknown = [number for number in images if number not in self._known]
        if not unknown:
            return
        self._seen += len(unknown)
        self._known |= dict.fromkeys(unknown, False)
        asked = select(image.c.id, self._meets).where(among(self._connection, image.c.id, unknown))
        self._known.update((number, bool(meets)) for number, meets in self._connection.execute(asked))


def _next_size(size: int, took: float) -> int:
    if took < SHORT_S:
        return min(4 * size, MOST_ROWS)
    return size if took < 4 * SHORT_S else max(1, size // 2)

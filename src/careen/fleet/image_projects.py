"""Counts images, in total and for each project that sees them.

Each image has a number that stands for the set of its projects, so that counting ids does not look each of them up: that takes
four bytes of memory for an image.
"""

from array import array
from collections import Counter
from collections.abc import Collection
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from msgspec import Struct
from sqlalchemy import Connection, Engine, func, select

from .tables import image, project_image

RANGE = 100_000  # ids of images that are in memory at the same time


class Counted(Struct, frozen=True):
    images: int = 0
    of_projects: dict[int, int] = {}

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.images + other.images, dict(Counter(self.of_projects) + Counter(other.of_projects)))


class ImageProjects:
    """The projects that see each image, as they are when they are first needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sets: list[tuple[int, ...]] = [()]

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """Ranges of ids, each with its last one, that contain all images."""
        last = len(self._set_of_image) - 1
        return [(first, min(first + RANGE - 1, last)) for first in range(0, last + 1, RANGE)]

    def count(self, images: Collection[int]) -> Counted:
        """Counts images of these ranges, each of which is listed once."""
        of_projects = Counter[int]()
        for number, count in Counter(map(self._set_of_image.__getitem__, images)).items():
            for project_id in self._sets[number]:
                of_projects[project_id] += count
        return Counted(len(images), dict(of_projects))

    def load(self) -> None:
        """Reads the projects now, before several threads need them."""
        _ = self._set_of_image

    @cached_property
    def _set_of_image(self) -> "array[int]":
        known: dict[tuple[int, ...], int] = {(): 0}
        with self._engine.connect() as connection:
            last = connection.execute(select(func.max(image.c.id))).scalar() or 0
            found = array("I", bytes(4 * (last + 1)))
            for first in range(0, last + 1, RANGE):
                for image_id, projects in _projects_by_image(connection, first):
                    number = known.setdefault(projects, len(self._sets))
                    if number == len(self._sets):
                        self._sets.append(projects)
                    found[image_id] = number
        return found


def _projects_by_image(connection: Connection, first: int) -> list[tuple[int, tuple[int, ...]]]:
    columns = (project_image.c.image_id, project_image.c.project_id)
    seen = select(*columns).where(
        project_image.c.image_id.between(first, first + RANGE - 1), project_image.c.deleted_at.is_(None)
    )
    rows = connection.execute(seen.order_by(*columns)).all()
    return [(id, tuple(row.project_id for row in some)) for id, some in groupby(rows, key=attrgetter("image_id"))]

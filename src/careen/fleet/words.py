"""Finds everything in a project whose name begins with a word: packages, vulnerabilities, images, repositories, tags.

Each group is short and states whether there is more. In a project with few images, only the names of its own packages
and vulnerabilities are searched. With many images, a bounded number of all names is searched, and there may be more. All
searches together take a limited time: a group whose search was stopped has no items, and there may be some.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, or_, select

from . import image_secrets, search
from .conditions import images_with, like, visible
from .counting import BOUND, Count, count
from .query import Term
from .tables import image, image_unit, project_image, registry, repository, tag, unit, unit_finding, unit_package
from .time_limit import TooSlow, clock_of, within

FEW = 6  # results in a group
CANDIDATES = 400  # names that are read
FEW_IMAGES = 500  # projects with more images do not list their packages for each search
SHORTEST = 2  # the shortest word, in characters
LONGEST = 200
SEARCH_S = 0.25  # of all groups together, except for images
PLACES = 5000  # places of a package in images that are read to count its images


class Group(Struct, frozen=True):
    """The results of one kind. ``more``: there are others, or there may be."""

    items: tuple[Any, ...] = ()
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.items) or self.more


class NamedPackage(Struct, frozen=True):
    name: str
    type: str
    images: Count


class NamedTag(Struct, frozen=True):
    """A tag. An empty ``tag`` means the repository itself."""

    repository_id: int
    repository: str
    tag: str = ""


class Words(Struct, frozen=True):
    packages: Group
    vulnerabilities: Group
    images: Group
    repositories: Group
    tags: Group
    bases: Group
    licences: Group
    secrets: Group

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)


def named_by(connection: Connection, project_id: int, word: str) -> Words:
    if not SHORTEST <= len(word) <= LONGEST or not word.isprintable():
        return Words(*[Group()] * len(Words.__struct_fields__))
    found = search.images(connection, project_id, [Term("reference", word)], limit=FEW)
    clock = clock_of(connection)
    end = clock() + SEARCH_S

    def stopped(find: Callable[[], Group]) -> Group:
        with suppress(TooSlow), within(connection, end - clock()):
            return find()
        return Group(more=True)

    return Words(
        stopped(lambda: packages(connection, project_id, word)),
        stopped(lambda: vulnerabilities(connection, project_id, word)),
        Group(tuple(found.rows), bool(found.next)),
        stopped(lambda: _repositories(connection, project_id, word)),
        stopped(lambda: _tags(connection, project_id, word)),
        stopped(lambda: _texts(connection, image.c.base, word, visible(project_id))),
        stopped(lambda: _texts(connection, unit.c.licences, word, unit.c.licences != "", _is_seen(project_id, unit.c.id))),
        stopped(lambda: _secrets(connection, project_id, word)),
    )


def vulnerabilities(connection: Connection, project_id: int, start: str) -> Group:
    """The ids, with this beginning, of the vulnerabilities in the project's images. The given form and the upper-case form are
    searched, because some ids have lower-case parts.
    """
    column = unit_finding.c.vulnerability
    begun = or_(*(like(column, f"{each}*") for each in dict.fromkeys((start, start.upper()))))
    own = _own_units(connection, project_id)
    if own is not None:
        wanted = select(column).where(begun, unit_finding.c.unit_id.in_(own)).distinct()
        return _group(connection.execute(wanted.order_by(column).limit(FEW + 1)).scalars())
    some = sorted(connection.execute(select(column).where(begun).distinct().limit(CANDIDATES)).scalars())
    seen = _is_seen(project_id, unit_finding.c.unit_id)
    having = (id for id in some if connection.execute(select(column).where(column == id, seen).limit(1)).first())
    return _group(islice(having, FEW + 1), more=len(some) == CANDIDATES)


def packages(connection: Connection, project_id: int, word: str) -> Group:
    columns = (unit_package.c.name, unit_package.c.type)
    within = columns[0].icontains(word, autoescape=True)
    own = _own_units(connection, project_id)
    if own is None:
        parts = [select(*columns).where(found).distinct().limit(CANDIDATES) for found in (like(columns[0], f"{word}*"), within)]
    else:
        parts = [select(*columns).where(within, unit_package.c.unit_id.in_(own)).distinct()]
    named = [[(row.name, row.type) for row in connection.execute(part)] for part in parts]
    wanted = word.lower()

    def nearness(package: tuple[str, str]) -> tuple[bool, bool, int, tuple[str, str]]:
        name = package[0].lower()
        return name != wanted, not name.startswith(wanted), len(name), package

    found = []
    for name, type in sorted({*chain.from_iterable(named)}, key=nearness):
        units = select(unit_package.c.unit_id).where(unit_package.c.name == name, unit_package.c.type == type)
        counted = _images_with(connection, units, project_id)
        if counted.number:
            found.append(NamedPackage(name, type, counted))
        if len(found) > FEW:
            break
    return _group(found, more=own is None and any(len(names) == CANDIDATES for names in named))


def _images_with(connection: Connection, units: Select[tuple[int]], project_id: int) -> Count:
    """The number of images of the project with one of the units, found in a bounded number of places."""
    some = images_with(connection, units, PLACES).subquery()
    places = select(some.c.image_id, visible(project_id, some.c.image_id).label("is_seen")).subquery()
    seen = func.count(case((places.c.is_seen, places.c.image_id)).distinct())
    number, found = connection.execute(select(seen, func.count()).select_from(places)).one()
    return Count(min(number, BOUND), number <= BOUND and found < PLACES)


def _own_units(connection: Connection, project_id: int) -> Select[Any] | None:
    """Selects the packages of the project's images; None if the images are many."""
    own = select(project_image.c.image_id).where(project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None))
    if not count(connection, own, FEW_IMAGES).exact:
        return None
    return select(image_unit.c.unit_id).where(image_unit.c.image_id.in_(own))


def _secrets(connection: Connection, project_id: int, word: str) -> Group:
    return _group(kind for kind in image_secrets.known_kinds(connection, project_id) if word.lower() in kind.lower())


def _repositories(connection: Connection, project_id: int, word: str) -> Group:
    wanted = select(repository.c.id, repository.c.name).join(registry, registry.c.id == repository.c.registry_id)
    of_project = (registry.c.project_id == project_id, repository.c.name.icontains(word, autoescape=True))
    rows = connection.execute(wanted.where(*of_project).order_by(repository.c.name).limit(FEW + 1))
    return _group(NamedTag(row.id, row.name) for row in rows)


def _tags(connection: Connection, project_id: int, word: str) -> Group:
    """The tags that match the word: as the name of a tag, or as REPOSITORY:TAG."""
    wanted = (
        select(repository.c.id, repository.c.name, tag.c.name.label("tag"))
        .join(repository, repository.c.id == tag.c.repository_id)
        .join(registry, registry.c.id == repository.c.registry_id)
        .where(registry.c.project_id == project_id)
    )
    of_repository, colon, start = word.rpartition(":")
    if colon:
        wanted = wanted.where(
            repository.c.name.iendswith(of_repository, autoescape=True), tag.c.name.istartswith(start, autoescape=True)
        )
    else:
        wanted = wanted.where(tag.c.name.icontains(word, autoescape=True))
    rows = connection.execute(wanted.order_by(repository.c.name, tag.c.name).limit(FEW + 1))
    return _group(NamedTag(row.id, row.name, row.tag) for row in rows)


def _texts(connection: Connection, column: Any, word: str, *conditions: ColumnElement[bool]) -> Group:
    wanted = select(column).where(column.icontains(word, autoescape=True), *conditions).distinct()
    return _group(connection.execute(wanted.limit(FEW + 1)).scalars())


def _is_seen(project_id: int, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(image_unit.c.unit_id == unit_id, visible(project_id, image_unit.c.image_id))


def _group(items: Iterable[Any], *, more: bool = False) -> Group:
    found = tuple(items)
    return Group(found[:FEW], more or len(found) > FEW)

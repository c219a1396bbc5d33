"""The lists of ``search``, read row by row (``walk``)."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, and_, select, true, tuple_

from .conditions import Conditions
from .found import place_of, window_one_by_one
from .list_pages import Page, Place, Way, token
from .one_by_one import finding_meets, image_contains, image_meets, unit_meets
from .tables import image, unit_finding, unit_package
from .walk import PageEnds, Walk

PACKAGE = (unit_package.c.name, unit_package.c.type, unit_package.c.version)


def images(
    connection: Connection, project_id: int | None, found: Conditions, keys: Sequence[Any], start: Place | Way, limit: int
) -> tuple[list[int], Place | Way]:
    """The numbers of images, and where the next page begins; () after the last."""
    walk = Walk(connection, project_id, found)
    place = _way(start).place
    falls = keys[0] is image.c.risk
    wanted = select(*keys, and_(image_meets(project_id, found), image_contains(found)))
    wanted = wanted.order_by(*(key.desc() if falls else key for key in keys))

    def read(size: int) -> list[tuple[Any, ...]]:
        some = wanted
        if place:
            some = some.where(tuple_(*keys) < tuple_(*place) if falls else tuple_(*keys) > tuple_(*place))
        return [tuple(row) for row in connection.execute(some.limit(size))]

    numbers = list[int]()
    for window in walk.windows(read):
        for *key, meets in window:
            if meets and len(numbers) == limit:
                return numbers, place
            place = tuple(key)
            if meets:
                numbers.append(key[-1])
        if walk.is_over:
            return numbers, Way(place)
    return numbers, ()


def findings(connection: Connection, project_id: int | None, found: Conditions, start: Place | Way, limit: int) -> Page:
    """Rows with the number of the image, without what lists show of it."""
    walk = Walk(connection, project_id, found)
    begun = walk.find_first(_way(start))
    if begun is None or not begun.first:
        return Page([], token(begun) if begun else "")
    way = begun
    at, last = (way.place[:4], int(way.place[4])) if way.place else ((), 0)
    rows = list[dict[str, Any]]()

    def read(size: int) -> list[dict[str, Any]]:
        return window_one_by_one(connection, found, at, size, inclusive=bool(last))

    for window in walk.windows(read):
        for finding in window:
            at = place_of(finding)
            if finding.pop("fits"):
                for row, meets in walk.places(finding["unit_id"], last):
                    if meets and len(rows) == limit:
                        return Page(rows, token((*place_of(rows[-1]), rows[-1]["image_id"])))
                    last = row.image_id
                    if meets:
                        rows.append({**finding, **row._mapping})
                    if walk.is_over:
                        return Page(rows, token(replace(way, place=(*at, last))))
            last = 0
        if walk.is_over:
            return Page(rows, token(replace(way, place=(*at, 0))))
    return Page(rows)


def to_decide(connection: Connection, project_id: int, found: Conditions, start: Place | Way, limit: int) -> Page:
    """Rows with the count of images, and ``first_at`` of all units of the pair."""
    walk = Walk(connection, project_id, found)
    begun = walk.find_first(_way(start))
    if begun is None or not begun.first:
        return Page([], token(begun) if begun else "")
    way = begun
    at, rows = way.place, list[dict[str, Any]]()

    def read(size: int) -> list[dict[str, Any]]:
        return window_one_by_one(connection, found, at, size, inclusive=bool(way.unit))

    for window in walk.windows(read):
        for finding in window:
            if finding.pop("fits"):
                units = _with_same_finding(connection, found, finding)
                try:
                    since = _since(walk, way, finding["unit_id"], units)
                except PageEnds as end:
                    return Page(rows, token(replace(end.way, place=place_of(finding))))
                if since is not None and len(rows) == limit:
                    return Page(rows, token(at))
                if since is not None:
                    later = list(units)[list(units).index(finding["unit_id"]) :]
                    rows.append({**finding, "first_at": since, **walk.count(later)})
            at, way = place_of(finding), Way((), first=way.first)
            if walk.is_over:
                return Page(rows, token(replace(way, place=at)))
    return Page(rows)


def packages(
    connection: Connection,
    project_id: int | None,
    found: Conditions,
    own: Sequence[ColumnElement[bool]],
    start: Place | Way,
    limit: int,
) -> Page:
    """``own`` are conditions on rows of ``unit_package``."""
    walk = Walk(connection, project_id, found)
    begun = walk.find_first(_way(start))
    if begun is None or not begun.first:
        return Page([], token(begun) if begun else "")
    way = begun
    at, rows = way.place, list[dict[str, Any]]()
    fits = and_(true(), *own, unit_meets(found, unit_package.c.unit_id))

    def read(size: int) -> list[tuple[str, ...]]:
        names = select(*PACKAGE).distinct().order_by(*PACKAGE)
        if at:
            names = names.where(tuple_(*PACKAGE) >= tuple_(*at) if way.unit else tuple_(*PACKAGE) > tuple_(*at))
        return [tuple(row) for row in connection.execute(names.limit(size))]

    for window in walk.windows(read):
        for name, units in _units_of(connection, window, fits).items():
            try:
                has_image = any(walk.has_image(unit_id, way) for unit_id in units[_begin(way, units) :])
            except PageEnds as end:
                return Page(rows, token(replace(end.way, place=name)))
            if has_image and len(rows) == limit:
                return Page(rows, token(at))
            if has_image:
                rows.append({**dict(zip(("name", "type", "version"), name, strict=True)), **walk.count(units)})
            at, way = name, Way((), first=way.first)
            if walk.is_over:
                return Page(rows, token(replace(way, place=at)))
    return Page(rows)


def _way(start: Place | Way) -> Way:
    return start if isinstance(start, Way) else Way(start)


def _with_same_finding(connection: Connection, found: Conditions, finding: dict[str, Any]) -> dict[int, float]:
    """The units with this pair of vulnerability and package, in list order, with the time since when."""
    columns = unit_finding.c
    wanted = select(columns.unit_id, columns.first_at, columns.risk, finding_meets(found, columns.unit_id))
    same = (columns.vulnerability == finding["vulnerability"], columns.package == finding["package"])
    rows = sorted(connection.execute(wanted.where(*same)).all(), key=lambda row: (-row.risk, -row.unit_id))
    return {row.unit_id: row.first_at for row in rows if row[-1]}


def _since(walk: Walk, way: Way, own: int, units: dict[int, float]) -> float | None:
    """The earliest time of the units of a pair that images of the list have. None if no image has the unit ``own``, or if one
    has a unit before it: then the pair has its row there.
    """
    if own not in units:  # another process has changed it by now
        return None
    since, numbers = way.since, list(units)
    for position in range(_begin(way, numbers), len(numbers)):
        unit_id = numbers[position]
        has_image = walk.has_image(unit_id, replace(way, since=since))
        if has_image if position < numbers.index(own) else unit_id == own and not has_image:
            return None
        if has_image:
            since = units[unit_id] if since is None else min(since, units[unit_id])
    return since


def _begin(way: Way, units: Sequence[int]) -> int:
    return units.index(way.unit) if way.unit in units else 0


def _units_of(
    connection: Connection, names: Sequence[tuple[str, ...]], fits: ColumnElement[bool]
) -> dict[tuple[str, ...], list[int]]:
    """The units of adjacent names that meet the condition."""
    units: dict[tuple[str, ...], list[int]] = {name: [] for name in names}
    if not names:
        return units
    wanted = select(*PACKAGE, unit_package.c.unit_id, fits).order_by(*PACKAGE, unit_package.c.unit_id)
    wanted = wanted.where(tuple_(*PACKAGE) >= tuple_(*names[0]), tuple_(*PACKAGE) <= tuple_(*names[-1]))
    for *name, unit_id, meets in connection.execute(wanted):
        if meets and tuple(name) in units:
            units[tuple(name)].append(unit_id)
    return units

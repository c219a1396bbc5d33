"""Lists of images, packages, vulnerabilities and findings: pages that begin after a row, and counts up to a bound.

No page sorts a table: images come in the order of an index on ``image``, findings in the order of ``found``. All lists
only contain images that the project sees. ``project_id`` None, for an administrator, means all images.

Each page is first asked for in a few statements, which is fast for most queries. If that takes too long, the page is read
row by row (``walked``), and may end early.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, select, tuple_

from . import walked
from .conditions import (
    Conditions,
    ImageCheck,
    Versions,
    conditions_of,
    has_finding,
    images_with,
    like,
    packages_meet,
    visible,
    without,
)
from .counting import count, image_counts
from .deadlines import deadlines_of
from .found import findings_of, place_of, places_of
from .list_pages import PAGE, Page, Place, Way, bounded, page_of, start_of, token
from .query import Term
from .query import parsed as parsed
from .rows import among
from .running import runs_at
from .tables import image, image_unit, unit_package
from .time_limit import TooSlow, within

FEW = 20_000  # up to so many rows of image and package are collected; with more, the images are read in list order
FEW_UNITS = 500
WINDOWS = (200, 800)  # findings read after the first ones, before a page ends early
QUICK_S = 0.1  # then the list is read row by row
HIDDEN = ("source", "manifest", "lane", "tries", "lowered")  # columns that are secret, or only for the fleet itself

Order = Literal["risk", "reference", "id"]


def images(
    connection: Connection,
    project_id: int | None,
    terms: Sequence[Term] = (),
    *,
    versions: Versions | None = None,
    order: Order = "risk",
    after: str = "",
    limit: int = PAGE,
) -> Page:
    limit = bounded(limit)
    keys = (image.c.id,) if order == "id" else (image.c[order], image.c.id)
    start = start_of(after, len(keys))
    found = conditions_of(connection, project_id, terms, versions)
    numbers = None
    if not isinstance(start, Way):
        with suppress(TooSlow), within(connection, QUICK_S):
            numbers = _images_at_once(connection, project_id, found, keys, start, limit)
    following: Place | Way = ()
    if numbers is None:
        numbers, following = walked.images(connection, project_id, found, keys, start, limit)
    columns = (column for column in image.c if column.name not in HIDDEN)
    shown = select(*columns, runs_at(project_id).label("runs_at")).where(image.c.id.in_(numbers[: limit + 1]))
    rows = _rows(connection, shown.order_by(*_in_order(keys)))
    page = page_of(rows, limit, lambda row: tuple(row[key.name] for key in keys))
    return Page(page.rows, token(following)) if following else page


def _images_at_once(
    connection: Connection, project_id: int | None, found: Conditions, keys: Sequence[Any], start: Place, limit: int
) -> list[int] | None:
    """The numbers of the images of a page, and of the next one. None if each image has to be looked up by itself."""
    checks = without(connection, project_id, found)
    if found.units is not None:
        checks.append(_with_unit(connection, found, found.units))
    if not found.of_image and not all(check.is_listed for check in checks):
        return None
    # An index contains the searched columns, so that rows are only read for the images found.
    wanted = select(image.c.id).where(visible(project_id), *found.of_image, *(check.condition for check in checks))
    if start:
        wanted = wanted.where(tuple_(*keys) < tuple_(*start) if _falls(keys) else tuple_(*keys) > tuple_(*start))
    return list(connection.execute(wanted.order_by(*_in_order(keys)).limit(limit + 1)).scalars())


def findings(
    connection: Connection,
    project_id: int | None,
    terms: Sequence[Term] = (),
    *,
    versions: Versions | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """Findings of images, one row for each finding of an image, the highest risk first."""
    limit = bounded(limit)
    start = start_of(after, 5)
    found = conditions_of(connection, project_id, terms, versions)
    if not isinstance(start, Way):
        with suppress(TooSlow), within(connection, QUICK_S):
            return _findings_at_once(connection, project_id, found, start, limit)
    page = walked.findings(connection, project_id, found, start, limit)
    named = {row["image_id"] for row in page.rows}
    columns = (image.c.id, *image.c["identity", "reference"], runs_at(project_id).label("runs_at"))
    shown = {row.pop("id"): row for row in _rows(connection, select(*columns).where(image.c.id.in_(named)))}
    return Page([{**row, **shown[row["image_id"]]} for row in page.rows if row["image_id"] in shown], page.next)


def _findings_at_once(connection: Connection, project_id: int | None, found: Conditions, at: Place, limit: int) -> Page:
    listed = findings_of(connection, project_id, found)
    start, last_image = (at[:4], int(at[4])) if at else ((), 0)
    rows: list[dict[str, Any]] = []
    for size in _windows(limit):
        window = listed.window(connection, start, size, inclusive=bool(last_image))
        for finding in window:
            if finding.pop("fits"):
                more = _images_with(
                    connection, project_id, finding["unit_id"], listed.of_places, last_image, limit + 1 - len(rows)
                )
                rows += [{**finding, **of_image} for of_image in more]
            if len(rows) > limit:
                return page_of(rows, limit, lambda row: (*place_of(row), row["image_id"]))
            last_image, start = 0, place_of(finding)
        if len(window) < size:
            return Page(rows)
    return Page(rows, token((*start, 0)))


def to_decide(
    connection: Connection,
    project_id: int,
    terms: Sequence[Term] = (),
    *,
    versions: Versions | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """One row for each pair of vulnerability and package, the highest risk first, with the number of images that have
    it.
    """
    limit = bounded(limit)
    start = start_of(after, 4)
    found = conditions_of(connection, project_id, terms, versions)
    page = None
    if not isinstance(start, Way):
        with suppress(TooSlow), within(connection, QUICK_S):
            page = _to_decide_at_once(connection, project_id, found, start, limit)
    if page is None:
        page = walked.to_decide(connection, project_id, found, start, limit)
    limits = deadlines_of(connection, project_id)
    due = [limits.due_at(row["severity"], bool(row["exploited"]), row["first_at"]) for row in page.rows]
    return Page([{**row, "due_at": at} for row, at in zip(page.rows, due, strict=True)], page.next)


def _to_decide_at_once(connection: Connection, project_id: int, found: Conditions, start: Place, limit: int) -> Page:
    listed = findings_of(connection, project_id, found)
    rows, following = list[dict[str, Any]](), ""
    for size in _windows(limit):
        window = listed.window(connection, start, size)
        fitting = [finding for finding in window if finding.pop("fits")]
        same = listed.same(connection, fitting)
        for finding in fitting:
            units = same[finding["vulnerability"], finding["package"]]
            if next(iter(units), None) != finding["unit_id"]:
                continue  # an earlier row has counted this pair
            if len(rows) == limit:
                following = token(place_of(rows[-1]))
                break
            rows.append({**finding, "first_at": min(units.values()), "units": tuple(units)})
        if following or len(window) < size:
            break
        start = place_of(window[-1])
    else:
        following = token(start)
    counted = image_counts(connection, [row.pop("units") for row in rows], listed.of_places)
    return Page([{**row, **images} for row, images in zip(rows, counted, strict=True)], following)


def packages(
    connection: Connection,
    project_id: int | None,
    terms: Sequence[Term] = (),
    *,
    versions: Versions | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """Distinct packages by name and version, each with the number of images that contain it."""
    limit = bounded(limit)
    start = start_of(after, 3)
    own, others = _of_package(terms)
    found = conditions_of(connection, project_id, others, versions)
    if not isinstance(start, Way):
        with suppress(TooSlow), within(connection, QUICK_S):
            return _packages_at_once(connection, project_id, found, own, start, limit)
    return walked.packages(connection, project_id, found, own, start, limit)


def _packages_at_once(
    connection: Connection,
    project_id: int | None,
    found: Conditions,
    own: Sequence[ColumnElement[bool]],
    start: Place,
    limit: int,
) -> Page:
    columns = walked.PACKAGE
    places = places_of(connection, project_id, found)
    seen = select(image_unit.c.image_id).where(image_unit.c.unit_id == unit_package.c.unit_id, places.of_places).exists()
    wanted = select(*columns).where(*own, places.has(unit_package.c.unit_id), seen).group_by(*columns).order_by(*columns)
    if found.units is not None:
        wanted = wanted.where(_is_one(connection, found, unit_package.c.unit_id))
    if start:
        wanted = wanted.where(tuple_(*columns) > tuple_(*start))
    names = [tuple(row) for row in connection.execute(wanted.limit(limit + 1))]
    units: dict[tuple[str, ...], list[int]] = {name: [] for name in names}
    for *name, unit_id in connection.execute(select(*columns, unit_package.c.unit_id).where(tuple_(*columns).in_(names))):
        units[tuple(name)].append(unit_id)
    counted = image_counts(connection, list(units.values()), visible(project_id, image_unit.c.image_id))
    rows = [
        {"name": name, "type": type, "version": version, **images}
        for (name, type, version), images in zip(units, counted, strict=True)
    ]
    return page_of(rows, limit, lambda row: (row["name"], row["type"], row["version"]))


def _with_unit(connection: Connection, found: Conditions, units: Select[tuple[int]]) -> ImageCheck:
    """The condition that an image contains one of the units. If few images do, they are listed."""
    places = connection.execute(images_with(connection, units, FEW + 1)).scalars().all()
    if len(places) <= FEW:
        numbers = sorted(set(places))
        return ImageCheck(among(connection, image.c.id, numbers), is_listed=True)
    one = image_unit.alias()
    has = select(one.c.unit_id).where(one.c.image_id == image.c.id)
    if found.of_finding:
        has = has.where(has_finding(found.of_finding, one.c.unit_id))
    if found.of_unit:
        has = has.where(packages_meet(connection, found, one.c.unit_id))
    return ImageCheck(has.exists(), is_listed=False)


def _is_one(connection: Connection, found: Conditions, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition: the unit is one of the units found. Few units are selected first; for many, it is evaluated for each
    row.
    """
    units = found.units
    assert units is not None
    if not found.of_finding or count(connection, units, FEW_UNITS).exact:
        return unit_id.in_(units)
    return and_(packages_meet(connection, found, unit_id), has_finding(found.of_finding, unit_id))


def _falls(keys: Sequence[Any]) -> bool:
    return keys[0] is image.c.risk


def _in_order(keys: Sequence[Any]) -> list[ColumnElement[Any]]:
    return [key.desc() if _falls(keys) else key for key in keys]


def _windows(limit: int) -> Iterator[int]:
    """The numbers of findings to read at a time. Most pages need only the first few."""
    yield from (limit + 1, *(size for size in WINDOWS if size > limit))


def _images_with(
    connection: Connection, project_id: int | None, unit_id: int, of_places: ColumnElement[bool], last: int, limit: int
) -> list[dict[str, Any]]:
    places = select(*image_unit.c["image_id", "layer", "presence"])
    places = places.where(image_unit.c.unit_id == unit_id, image_unit.c.image_id > last, of_places)
    some = places.order_by(image_unit.c.image_id).limit(limit).subquery()
    shown = select(some, *image.c["identity", "reference"], runs_at(project_id).label("runs_at"))
    wanted = shown.join(image, image.c.id == some.c.image_id).order_by(some.c.image_id)
    return _rows(connection, wanted)


def _of_package(terms: Sequence[Term]) -> tuple[list[ColumnElement[bool]], list[Term]]:
    """The terms as conditions on columns of ``unit_package``, and the terms that concern anything else."""
    own, others = list[ColumnElement[bool]](), list[Term]()
    for term in terms:
        if term.negated or term.field not in ("package", "type"):
            others.append(term)
            continue
        if term.field == "type":
            own.append(unit_package.c.type.concat("") == term.value)  # else SQLite would sort what its index has in order
        elif term.value:
            own.append(like(unit_package.c.name, term.value))
        if term.bound:
            others.append(term)
    return own, others


def _rows(connection: Connection, wanted: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(wanted).mappings()]

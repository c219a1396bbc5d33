"""Lists of images, packages, vulnerabilities and findings: pages that begin after a row, and counts up to a bound.

No page sorts a table: images come in the order of an index on ``image``, findings in the order of ``found``. All lists
only contain images that the project sees. ``project_id`` None, for an administrator, means all images.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, and_, case, select, true, tuple_

from careen.errors import UsageError
from careen.safety.typed import from_json

from .conditions import Conditions, ImageCheck, Versions, conditions_of, images_with, like, packages_meet, visible, without
from .counting import count, image_counts
from .deadlines import deadlines_of
from .found import Cursor, Findings, findings_of, place_of, places_of
from .query import Term
from .query import parsed as parsed
from .rows import among
from .running import runs_at
from .tables import image, image_unit, unit_finding, unit_package

PAGE = 50
MAX_PAGE = 500
FEW = 20_000  # up to so many rows of image and package are collected; with more, the images are read in list order
FEW_UNITS = 500
WINDOWS = (200, 800)  # findings read after the first ones, before a page ends early
IMAGE_WINDOWS = (200, 300)  # images that are looked up one by one: each takes up to a millisecond
HIDDEN = ("source", "manifest", "lane", "tries", "lowered")  # columns that are secret, or only for the fleet itself

Order = Literal["risk", "reference", "id"]


class Page(Struct, frozen=True):
    """A page of a list. ``next`` is the cursor of the following page; "" after the last one. A page before the last may
    be short.
    """

    rows: list[dict[str, Any]]
    next: str = ""


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
    limit = _bounded(limit)
    keys = (image.c.id,) if order == "id" else (image.c[order], image.c.id)
    falls = order == "risk"
    in_order = [key.desc() if falls else key for key in keys]
    wanted, asked = _images_meeting(connection, project_id, conditions_of(connection, project_id, terms, versions))
    start, numbers, is_cut = _cursor(after, len(keys)), list[int](), False
    for size in _windows(limit, IMAGE_WINDOWS) if asked else (limit + 1,):
        # An index contains the searched columns, so that rows are only read for the images found.
        some = wanted.order_by(*in_order).limit(size)
        if start:
            some = some.where(tuple_(*keys) < tuple_(*start) if falls else tuple_(*keys) > tuple_(*start))
        one = some.subquery()
        fits = and_(true(), *(each.of(one.c.id) for each in asked))
        in_window = [one.c[key.name].desc() if falls else one.c[key.name] for key in keys]
        window = connection.execute(select(one.c.id, *(one.c[key.name] for key in keys), fits).order_by(*in_window)).all()
        numbers += [row[0] for row in window if row[-1]]
        is_cut = len(window) == size
        if len(numbers) > limit or not is_cut:
            break
        start = tuple(window[-1][1:-1])
    columns = (column for column in image.c if column.name not in HIDDEN)
    shown = select(*columns, runs_at(project_id).label("runs_at")).where(image.c.id.in_(numbers[: limit + 1]))
    rows = [dict(row) for row in connection.execute(shown.order_by(*in_order)).mappings()]
    page = _page(rows, limit, lambda row: (row["id"],) if order == "id" else (row[order], row["id"]))
    return page if page.next or not is_cut else Page(page.rows, _token(start))


def _images_meeting(
    connection: Connection, project_id: int | None, found: Conditions
) -> tuple[Select[tuple[int]], list[ImageCheck]]:
    """Selects images, and the conditions that each of them still has to meet."""
    checks = without(connection, project_id, found)
    if found.units is not None:
        checks.append(_with_unit(connection, found, found.units))
    listed = (each.of(image.c.id) for each in checks if each.is_listed)
    wanted = select(image.c.id, image.c.risk, image.c.reference).where(visible(project_id), *found.of_image, *listed)
    return wanted, [each for each in checks if not each.is_listed]


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
    limit = _bounded(limit)
    found = findings_of(connection, project_id, conditions_of(connection, project_id, terms, versions))
    at = _cursor(after, 5)
    start, last_image = (at[:4], int(at[4])) if at else ((), 0)
    rows: list[dict[str, Any]] = []
    for size in _windows(limit):
        window = found.window(connection, start, size, inclusive=bool(last_image))
        for finding in window:
            if finding.pop("fits"):
                more = _images_with(
                    connection, project_id, finding["unit_id"], found.of_places, last_image, limit + 1 - len(rows)
                )
                rows += [{**finding, **of_image} for of_image in more]
            if len(rows) > limit:
                kept = rows[:limit]
                return Page(kept, _token((*place_of(kept[-1]), kept[-1]["image_id"])))
            last_image, start = 0, place_of(finding)
        if len(window) < size:
            return Page(rows)
    return Page(rows, _token((*start, 0)))


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
    limit = _bounded(limit)
    found = findings_of(connection, project_id, conditions_of(connection, project_id, terms, versions))
    start, rows = _cursor(after, 4), list[dict[str, Any]]()
    following = ""
    for size in _windows(limit):
        window = found.window(connection, start, size)
        fitting = [finding for finding in window if finding.pop("fits")]
        same = found.same(connection, fitting)
        for finding in fitting:
            units = same[finding["vulnerability"], finding["package"]]
            if next(iter(units), None) != finding["unit_id"]:
                continue  # an earlier row has counted this pair
            if len(rows) == limit:
                following = _token(place_of(rows[-1]))
                break
            rows.append({**finding, "first_at": min(units.values()), "units": tuple(units)})
        if following or len(window) < size:
            break
        start = place_of(window[-1])
    else:
        following = _token(start)
    return Page(_with_images(connection, project_id, found, rows), following)


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
    limit = _bounded(limit)
    columns = (unit_package.c.name, unit_package.c.type, unit_package.c.version)
    own, others = _of_package(terms)
    found = conditions_of(connection, project_id, others, versions)
    places = places_of(connection, project_id, found)
    seen = select(image_unit.c.image_id).where(image_unit.c.unit_id == unit_package.c.unit_id, places.of_places).exists()
    wanted = select(*columns).where(*own, places.has(unit_package.c.unit_id), seen).group_by(*columns).order_by(*columns)
    if found.units is not None:
        wanted = wanted.where(_is_one(connection, found, unit_package.c.unit_id))
    if at := _cursor(after, 3):
        wanted = wanted.where(tuple_(*columns) > tuple_(*at))
    names = [tuple(row) for row in connection.execute(wanted.limit(limit + 1))]
    units: dict[tuple[str, ...], list[int]] = {name: [] for name in names}
    for *name, unit_id in connection.execute(select(*columns, unit_package.c.unit_id).where(tuple_(*columns).in_(names))):
        units[tuple(name)].append(unit_id)
    counted = image_counts(connection, list(units.values()), visible(project_id, image_unit.c.image_id))
    rows = [
        {"name": name, "type": type, "version": version, **images}
        for (name, type, version), images in zip(units, counted, strict=True)
    ]
    return _page(rows, limit, lambda row: (row["name"], row["type"], row["version"]))


def _with_unit(connection: Connection, found: Conditions, units: Select[tuple[int]]) -> ImageCheck:
    """The condition that an image contains one of the units. If few images do, they are listed."""
    places = connection.execute(images_with(connection, units, FEW + 1)).scalars().all()
    if len(places) <= FEW:
        numbers = sorted(set(places))
        return ImageCheck(lambda image_id: among(connection, image_id, numbers), is_listed=True)
    one = image_unit.alias()
    has = select(one.c.unit_id)
    if found.of_finding:
        has = has.where(_has_finding(found, one.c.unit_id))
    if found.of_unit:
        has = has.where(packages_meet(connection, found, one.c.unit_id))
    return ImageCheck(lambda image_id: has.where(one.c.image_id == image_id).exists(), is_listed=False)


def _is_one(connection: Connection, found: Conditions, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition: the unit is one of the units found. Few units are selected first; for many, it is evaluated for each
    row.
    """
    units = found.units
    assert units is not None
    if not found.of_finding or count(connection, units, FEW_UNITS).exact:
        return unit_id.in_(units)
    return and_(packages_meet(connection, found, unit_id), _has_finding(found, unit_id))


def _has_finding(found: Conditions, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition: the unit has a finding that meets the conditions.

    It uses CASE to keep databases from choosing an index, with which they would scan all findings for each row of a
    list.
    """
    is_so = case((and_(*found.of_finding), 1)) == 1
    return select(unit_finding.c.unit_id).where(unit_finding.c.unit_id == unit_id, is_so).exists()


def _windows(limit: int, sizes: Sequence[int] = WINDOWS) -> Iterator[int]:
    """The numbers of rows to read at a time. Most pages need only the first few."""
    yield from (limit + 1, *(size for size in sizes if size > limit))


def _with_images(connection: Connection, project_id: int, found: Findings, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counted = image_counts(connection, [row.pop("units") for row in rows], found.of_places)
    limits = deadlines_of(connection, project_id)
    return [
        {**row, **images, "due_at": limits.due_at(row["severity"], bool(row["exploited"]), row["first_at"])}
        for row, images in zip(rows, counted, strict=True)
    ]


def _images_with(
    connection: Connection, project_id: int | None, unit_id: int, of_places: ColumnElement[bool], last: int, limit: int
) -> list[dict[str, Any]]:
    places = select(*image_unit.c["image_id", "layer", "presence"])
    places = places.where(image_unit.c.unit_id == unit_id, image_unit.c.image_id > last, of_places)
    some = places.order_by(image_unit.c.image_id).limit(limit).subquery()
    shown = select(some, *image.c["identity", "reference"], runs_at(project_id).label("runs_at"))
    wanted = shown.join(image, image.c.id == some.c.image_id).order_by(some.c.image_id)
    return [dict(row) for row in connection.execute(wanted).mappings()]


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


def _page(rows: list[dict[str, Any]], limit: int, place: Any) -> Page:
    return Page(rows[:limit], _token(place(rows[limit - 1])) if len(rows) > limit else "")


def _bounded(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE))


def _token(place: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _cursor(token: str, parts: int) -> Cursor:
    if not token:
        return ()
    try:
        found = from_json(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)), tuple[str | int, ...])
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        found = ()
    kinds = {1: (str | int,), 2: (str | int, int), 3: (str, str, str), 4: (int, int, str, str), 5: (int, int, str, str, int)}[
        parts
    ]
    if len(found) != parts or not all(isinstance(value, kind) for value, kind in zip(found, kinds, strict=True)):
        raise UsageError("the cursor does not belong to this list", "begin with the first page")
    return found

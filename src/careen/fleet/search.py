"""Lists of images, packages, vulnerabilities and findings: pages that begin after a row, and counts up to a bound.

No page sorts a table: images come in the order of an index on ``image``, findings from ``unit_finding`` by risk outwards.
All lists contain only what belongs to images that the project sees; ``project_id`` None is an administrator.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from careen.errors import UsageError
from careen.safety.typed import from_json

from .conditions import Conditions, Versions, conditions_of, has_none_of, visible
from .deadlines import deadlines_of
from .query import Term
from .query import parsed as parsed
from .tables import image, image_unit, unit_finding, unit_package

PAGE = 50
MAX_PAGE = 500
BOUND = 1000  # a count beyond is "more than 1,000"
FEW = 20_000  # packages of images: so many are collected, of more the images are walked in their order
ROUNDS = 20  # of findings that a page asks for, until it ends early

Order = Literal["risk", "reference", "id"]
Cursor = tuple[str | int, ...]


class Page(Struct, frozen=True):
    """``next`` is where the following page begins, "" if this is the last one. A page may be short before it."""

    rows: list[dict[str, Any]]
    next: str = ""


class Count(Struct, frozen=True):
    number: int
    exact: bool = True  # else there are more


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
    wanted = image_ids(connection, project_id, terms, versions=versions).with_only_columns(*image.c)
    at = _cursor(after, 1 if order == "id" else 2)
    if order == "id":
        wanted = wanted.order_by(image.c.id)
        wanted = wanted.where(image.c.id > at[0]) if at else wanted
    else:
        column = image.c[order]
        place = tuple_(column, image.c.id)
        if order == "risk":
            wanted = wanted.order_by(column.desc(), image.c.id.desc())
            wanted = wanted.where(place < tuple_(*at)) if at else wanted
        else:
            wanted = wanted.order_by(column, image.c.id)
            wanted = wanted.where(place > tuple_(*at)) if at else wanted
    rows = [_image_row(row) for row in connection.execute(wanted.limit(limit + 1)).mappings()]
    return _page(rows, limit, lambda row: (row["id"],) if order == "id" else (row[order], row["id"]))


def image_ids(
    connection: Connection, project_id: int | None, terms: Sequence[Term], *, versions: Versions | None = None
) -> Select[tuple[int]]:
    """The numbers of the images for which all terms hold."""
    found = conditions_of(connection, project_id, terms, versions)
    wanted = select(image.c.id).where(visible(project_id), *found.of_image, *map(has_none_of, found.without))
    return wanted.where(_with_unit(connection, found)) if found.units is not None else wanted


def findings(
    connection: Connection,
    project_id: int | None,
    terms: Sequence[Term] = (),
    *,
    versions: Versions | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """One row for each finding of an image, the highest risk first."""
    limit = _bounded(limit)
    found = conditions_of(connection, project_id, terms, versions)
    of_images = and_(visible(project_id), *found.of_image, *map(has_none_of, found.without))
    at = _cursor(after, 5)
    start, last_image = (at[:4], int(at[4])) if at else ((), 0)
    rows: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        some = _findings_from(connection, found, start, inclusive=bool(last_image), limit=limit)
        for finding in some:
            place = _place_of(finding)
            more = _images_with(connection, finding["unit_id"], of_images, last_image, limit + 1 - len(rows))
            rows += [{**finding, **of_image} for of_image in more]
            if len(rows) > limit:
                kept = rows[:limit]
                return Page(kept, _token((*_place_of(kept[-1]), kept[-1]["image_id"])))
            last_image, start = 0, place
        if len(some) < limit:
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
    """One row for each vulnerability of a package, the highest risk first, with the count of images that have it."""
    limit = _bounded(limit)
    found = conditions_of(connection, project_id, terms, versions)
    of_images = and_(visible(project_id), *found.of_image, *map(has_none_of, found.without))
    limits = deadlines_of(connection, project_id)
    start, rows = _cursor(after, 4), list[dict[str, Any]]()
    for _ in range(ROUNDS):
        some = _findings_from(connection, found, start, inclusive=False, limit=limit)
        for finding in some:
            same = _same_findings(connection, found, finding, of_images)
            if not same or same[0][0] != finding["unit_id"]:
                continue  # no image has it, or an earlier row has counted it
            if len(rows) == limit:
                return Page(rows, _token(_place_of(rows[-1])))
            units = [unit_id for unit_id, _ in same]
            wanted = select(image_unit.c.image_id).join(image, image.c.id == image_unit.c.image_id)
            counted = count(connection, wanted.where(image_unit.c.unit_id.in_(units), of_images).distinct())
            first_at = min(moment for _, moment in same)
            due_at = limits.due_at(finding["severity"], bool(finding["exploited"]), first_at)
            number = {"images": counted.number, "images_exact": counted.exact}
            rows.append({**finding, **number, "first_at": first_at, "due_at": due_at})
        if len(some) < limit:
            return Page(rows)
        start = _place_of(some[-1])
    return Page(rows, _token(start))


def packages(
    connection: Connection,
    project_id: int | None,
    terms: Sequence[Term] = (),
    *,
    versions: Versions | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """Distinct packages by name, each with the count of images that have it."""
    limit = _bounded(limit)
    found = conditions_of(connection, project_id, terms, versions)
    columns = (unit_package.c.name, unit_package.c.type, unit_package.c.version)
    one = unit_package.alias()
    seen = _seen_with(project_id, found, unit_package.c.unit_id)
    wanted = select(*columns).where(seen).distinct().order_by(*columns)
    if found.units is not None:
        wanted = wanted.where(unit_package.c.unit_id.in_(found.units))
    for term in terms:
        if term.field == "package" and not term.negated:
            wanted = wanted.where(_named(term))
    if at := _cursor(after, 3):
        wanted = wanted.where(tuple_(*columns) > tuple_(*at))
    rows = []
    for name, type, version in connection.execute(wanted.limit(limit + 1)):
        same = (one.c.name == name) & (one.c.type == type) & (one.c.version == version)
        units = select(one.c.unit_id).where(same)
        rows.append({"name": name, "type": type, "version": version, **_images_of(connection, project_id, units)})
    return _page(rows, limit, lambda row: (row["name"], row["type"], row["version"]))


def vulnerabilities(
    connection: Connection,
    project_id: int | None,
    terms: Sequence[Term] = (),
    *,
    versions: Versions | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """By id, each with its worst risk in the fleet and the count of images that have it."""
    limit = _bounded(limit)
    found = conditions_of(connection, project_id, terms, versions)
    column = unit_finding.c.vulnerability
    wanted = select(column).where(*found.of_finding, _seen_with(project_id, found, unit_finding.c.unit_id))
    if found.of_unit:
        wanted = wanted.where(unit_finding.c.unit_id.in_(found.named_units))
    if at := _cursor(after, 1):
        wanted = wanted.where(column > at[0])
    rows = []
    for id in connection.execute(wanted.distinct().order_by(column).limit(limit + 1)).scalars():
        worst = select(func.max(unit_finding.c.risk), func.max(unit_finding.c.epss)).where(column == id)
        risk, epss = connection.execute(worst).one()
        units = select(unit_finding.c.unit_id).where(column == id)
        rows.append({"vulnerability": id, "risk": risk, "epss": epss, **_images_of(connection, project_id, units)})
    return _page(rows, limit, lambda row: (row["vulnerability"],))


def count(connection: Connection, wanted: Select[Any], bound: int = BOUND) -> Count:
    """How many rows a selection has, counted up to the bound."""
    number = connection.execute(select(func.count()).select_from(wanted.limit(bound + 1).subquery())).scalar_one()
    return Count(min(number, bound), number <= bound)


def _with_unit(connection: Connection, found: Conditions) -> ColumnElement[bool]:
    """Few packages lead to their images; if there are many, most images have one: each is asked in turn."""
    units = found.units
    assert units is not None
    wanted = units.subquery()
    places = select(image_unit.c.image_id).join(wanted, wanted.c[0] == image_unit.c.unit_id)
    if not found.of_image and not count(connection, places, FEW).exact:
        one = image_unit.alias()
        has = select(one.c.unit_id).where(one.c.image_id == image.c.id)
        if found.of_finding:
            has = has.join(unit_finding, unit_finding.c.unit_id == one.c.unit_id).where(*found.of_finding)
        if found.of_unit:
            has = has.where(one.c.unit_id.in_(found.named_units))
        return has.exists()
    return image.c.id.in_(places)


_FINDING_COLUMNS = (
    *("unit_id", "vulnerability", "package", "severity", "risk", "confidence", "fix_state", "fixed_version"),
    *("exploited", "epss", "first_at", "disclosed", "fix_at"),
)


def _findings_from(
    connection: Connection, found: Conditions, start: Cursor, *, inclusive: bool, limit: int
) -> list[dict[str, Any]]:
    columns = unit_finding.c
    wanted = select(*(columns[name] for name in _FINDING_COLUMNS)).where(*found.of_finding)
    if found.of_unit:
        wanted = wanted.where(columns.unit_id.in_(found.named_units))
    if start:
        risk, unit_id, id, package = start
        rest = tuple_(columns.vulnerability, columns.package)
        after = rest >= tuple_(id, package) if inclusive else rest > tuple_(id, package)
        wanted = wanted.where(
            tuple_(columns.risk, columns.unit_id) <= tuple_(risk, unit_id),
            or_(tuple_(columns.risk, columns.unit_id) < tuple_(risk, unit_id), after),
        )
    ordered = wanted.order_by(columns.risk.desc(), columns.unit_id.desc(), columns.vulnerability, columns.package)
    return [dict(row) for row in connection.execute(ordered.limit(limit)).mappings()]


def _same_findings(
    connection: Connection, found: Conditions, finding: dict[str, Any], of_images: ColumnElement[bool]
) -> list[tuple[int, float]]:
    """The units of images that have the same vulnerability of the same package, in the order of pages, and since when:
    a package is in several if distributions decide about it."""
    columns = unit_finding.c
    same = (columns.vulnerability == finding["vulnerability"], columns.package == finding["package"], *found.of_finding)
    one = image_unit.alias()
    seen = select(one.c.unit_id).join(image, image.c.id == one.c.image_id).where(one.c.unit_id == columns.unit_id, of_images)
    wanted = select(columns.unit_id, columns.first_at).where(*same, seen.exists())
    if found.of_unit:
        wanted = wanted.where(columns.unit_id.in_(found.named_units))
    rows = connection.execute(wanted.order_by(columns.risk.desc(), columns.unit_id.desc()).limit(MAX_PAGE))
    return [(unit_id, first_at) for unit_id, first_at in rows]


def _place_of(row: dict[str, Any]) -> Cursor:
    return row["risk"], row["unit_id"], row["vulnerability"], row["package"]


def _images_with(
    connection: Connection, unit_id: int, of_images: ColumnElement[bool], last: int, limit: int
) -> list[dict[str, Any]]:
    columns = (image_unit.c.image_id, image_unit.c.layer, image_unit.c.presence, *image.c["identity", "reference", "runs_at"])
    wanted = (
        select(*columns)
        .join(image, image.c.id == image_unit.c.image_id)
        .where(image_unit.c.unit_id == unit_id, image_unit.c.image_id > last, of_images)
        .order_by(image_unit.c.image_id)
    )
    return [dict(row) for row in connection.execute(wanted.limit(limit)).mappings()]


def _seen_with(project_id: int | None, found: Conditions, unit_id: Any) -> ColumnElement[bool]:
    """An image that the project sees has the unit."""
    one = image_unit.alias()
    wanted = select(one.c.image_id).where(one.c.unit_id == unit_id)
    if project_id is not None or found.of_image or found.without:
        fitting = and_(visible(project_id), *found.of_image, *map(has_none_of, found.without))
        wanted = wanted.join(image, image.c.id == one.c.image_id).where(fitting)
    return wanted.exists()


def _images_of(connection: Connection, project_id: int | None, units: Select[tuple[int]]) -> dict[str, Any]:
    wanted = select(image_unit.c.image_id).where(image_unit.c.unit_id.in_(units))
    if project_id is not None:
        wanted = wanted.join(image, image.c.id == image_unit.c.image_id).where(visible(project_id))
    found = count(connection, wanted.distinct())
    return {"images": found.number, "images_exact": found.exact}


def _named(term: Term) -> ColumnElement[bool]:
    start = term.value.rstrip("*")
    if term.value.endswith("*"):
        return and_(unit_package.c.name >= start, unit_package.c.name < start + "\U0010ffff")
    return unit_package.c.name == term.value


def _image_row(row: Any) -> dict[str, Any]:
    """Without what nobody may see, or only the fleet needs."""
    hidden = ("source", "manifest", "lane", "tries", "lowered")
    return {name: value for name, value in row.items() if name not in hidden}


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
        raise UsageError("the cursor is none of this list", "begin with the first page")
    return found

"""Translates the terms of a query into SQL conditions. Values are bound, never written into the statement.

All terms about packages and findings have to hold for a single package of an image. A negated term has to be false for
all of its packages. Versions are compared by the scheme of the package's ecosystem: the fleet's versions of that name
are compared in Python, and the ones that meet the condition are bound as values.
"""

import json
import operator
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from sqlalchemy import Boolean, ColumnElement, Connection, Select, and_, case, cast, func, literal, not_, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from careen.errors import UsageError
from careen.matching.keys import Key, Keys
from careen.plugins import Ecosystem, VersionScheme

from .base_state import is_outdated
from .connection import is_sqlite
from .counting import count
from .deadlines import is_overdue
from .decisions import decided_about, is_decided
from .query import SEVERITIES, Operator, Term
from .rows import among
from .running import is_running
from .tables import image, image_gap, image_secret, image_unit, project_image, unit, unit_finding, unit_package

MAX_VERSIONS = 50_000  # versions of the packages with the term's name
FEW = 2000  # up to so many images or findings, another plan of the query is faster
FEW_UNITS = 20_000  # up to so many units are listed before a list begins
MANY_IN_ARRAY = 10_000  # units
MANY_PLACES = 20_000  # rows of packages in images
OF_IMAGE = frozenset(("image", "reference", "distribution", "base", "coverage", "outdated", "secret", "runs", "exposed"))
OF_FINDING = frozenset(("vulnerability", "severity", "fix", "fixable", "exploited", "risk", "epss", "disclosed"))
OF_PROJECT = frozenset(("overdue", "decided"))  # terms about findings that depend on the rules and the decisions of a project
_SCALES = {"risk": 1000, "epss": 1_000_000}
_COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Versions:
    """The scheme by which versions are compared, for each type of package."""

    def __init__(self, schemes: Mapping[str, VersionScheme], ecosystems: Mapping[str, Ecosystem]) -> None:
        self._keys, self._ecosystems = Keys(schemes), ecosystems

    def fits(self, type: str, version: str, operator: Operator, bound: str) -> bool:
        if version == bound:
            return operator in ("=", "<=", ">=")
        ecosystem = self._ecosystems.get(type)
        key: Key | None = self._keys[ecosystem.scheme] if ecosystem else None
        one, other = (key(version), key(bound)) if key else (None, None)
        if one is None or other is None:
            return False
        try:
            return bool(_COMPARE[operator](one, other))
        except TypeError:  # keys of other shapes
            return False


class UnitCondition(Struct, frozen=True):
    """A condition on units (packages that are assessed together, see ``split``): ``of_rows`` on rows of ``unit``, to select
    those that meet it; ``of`` on a column with the number of a unit, which is looked up by itself.
    """

    of_rows: ColumnElement[bool]
    of: Callable[[ColumnElement[int]], ColumnElement[bool]]


class Without(Struct, frozen=True):
    """Units that an image must not have, from a negated term: ``units`` selects them, ``of`` is the condition for a column
    with the number of a unit.
    """

    units: Select[tuple[int]]
    of: Callable[[ColumnElement[int]], ColumnElement[bool]]


class Conditions(Struct, frozen=True):
    """The conditions of a query, by the table whose columns they are about: ``of_image`` is about ``image``, ``of_finding``
    about ``unit_finding``. ``of_one_image`` are those of ``of_image`` in the form that looks up an image by itself. ``units``
    selects the ids of the units that meet ``of_unit`` and ``of_finding``; it is None if both are empty.
    """

    of_image: tuple[ColumnElement[bool], ...]
    of_one_image: tuple[ColumnElement[bool], ...]
    of_unit: tuple[UnitCondition, ...]
    of_finding: tuple[ColumnElement[bool], ...]
    without: tuple[Without, ...]

    @property
    def units(self) -> Select[tuple[int]] | None:
        if not self.of_unit and not self.of_finding:
            return None
        if not self.of_finding:
            return self.named_units
        wanted = select(unit_finding.c.unit_id).where(*self.of_finding)
        if not self.of_unit:
            return wanted
        return wanted.join(unit, unit.c.id == unit_finding.c.unit_id).where(*(each.of_rows for each in self.of_unit))

    @property
    def named_units(self) -> Select[tuple[int]]:
        """Selects the units whose packages meet the conditions on packages."""
        return select(unit.c.id).where(*(each.of_rows for each in self.of_unit))


def conditions_of(
    connection: Connection, project_id: int | None, terms: Sequence[Term], versions: Versions | None
) -> Conditions:
    """The conditions for the terms. Raises UsageError if a term matches too many versions of packages, or compares a version
    without the name of a package.
    """
    of_image: list[ColumnElement[bool]] = []
    of_one_image: list[ColumnElement[bool]] = []
    of_unit: list[UnitCondition] = []
    of_finding: list[ColumnElement[bool]] = []
    without: list[Without] = []
    for term in terms:
        if term.field in OF_IMAGE or (term.field == "reason" and _is_of_images(connection, term)):
            for conditions, found in zip((of_image, of_one_image), _of_image(connection, project_id, term), strict=True):
                conditions.append(~found if term.negated else found)
        elif term.field in OF_FINDING or term.field in OF_PROJECT:
            found = _of_project(connection, project_id, term) if term.field in OF_PROJECT else _of_finding(connection, term)
            if term.negated:
                of_image += _counts_nothing(term)
                without.append(Without(select(unit_finding.c.unit_id).where(found), partial(has_finding, (found,))))
            else:
                of_finding.append(found)
        else:
            of_packages = _of_unit(connection, term, versions)
            if term.negated:
                without.append(Without(select(unit.c.id).where(of_packages.of_rows), of_packages.of))
            else:
                of_unit.append(of_packages)
    return Conditions(tuple(of_image), tuple(of_one_image), tuple(of_unit), tuple(of_finding), tuple(without))


def packages_meet(connection: Connection, found: Conditions, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The conditions on packages, for a column with the number of a unit. If few units meet them, SQLite lists these first;
    PostgreSQL decides by itself.
    """
    if not found.of_unit:
        return true()
    if not is_sqlite(connection) or count(connection, found.named_units, FEW_UNITS).exact:
        return unit_id.in_(found.named_units)
    return and_(*(each.of(unit_id) for each in found.of_unit))


def has_finding(conditions: Sequence[ColumnElement[bool]], unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition: the unit has a finding that meets the conditions."""
    one = select(unit_finding.c.unit_id).where(unit_finding.c.unit_id == unit_id, _for_row(and_(*conditions)))
    return one.exists()


def visible(project_id: int | None, image_id: ColumnElement[int] = image.c.id) -> ColumnElement[bool]:
    """A condition: the image is visible to the project (it has the image, and has not deleted it). None: true for all images.

    It is a subquery for each row, so that a list that ends early evaluates it for few rows. With EXISTS, PostgreSQL would join
    all images of the project first.
    """
    if project_id is None:
        return true()
    seen = select(project_image.c.image_id).where(
        project_image.c.project_id == project_id,
        project_image.c.image_id == image_id,
        project_image.c.deleted_at.is_(None),
    )
    return seen.correlate_except(project_image).scalar_subquery().is_not(None)


def own_images(connection: Connection, project_id: int) -> ColumnElement[bool]:
    """The condition of ``visible`` for lists in the order of an index. If the project has few images, the condition names them;
    otherwise it is evaluated for each row."""
    own = select(project_image.c.image_id).where(project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None))
    return image.c.id.in_(own) if count(connection, own, FEW).exact else visible(project_id)


class ImageCheck(Struct, frozen=True):
    """A condition on rows of ``image``. ``is_listed``: the images that decide are few, and are listed first; else each image is
    looked up by itself.
    """

    condition: ColumnElement[bool]
    is_listed: bool


def without(connection: Connection, project_id: int | None, found: Conditions) -> list[ImageCheck]:
    """The conditions for negated terms: no package of the image matches the term. For few images, each is looked up."""
    if not found.without:
        return []
    candidates = select(image.c.id).where(visible(project_id), *found.of_image)
    is_short = bool(found.of_image) and count(connection, candidates, FEW).exact
    return [_has_none_of(connection, each.units, is_short) for each in found.without]


def images_with(connection: Connection, units: Select[tuple[int]], most: int) -> Select[tuple[int]]:
    """Selects the images that contain one of the units, up to so many places of units in images. It looks up each unit:
    PostgreSQL would read all places in the order of their units if it expected to find so many early.
    """
    wanted = units.subquery()
    here = image_unit.c.unit_id == wanted.c[0]
    if is_sqlite(connection):
        return select(image_unit.c.image_id).join(wanted, here).limit(most)
    of_unit = select(image_unit.c.image_id).where(here).limit(most).lateral()
    return select(of_unit.c.image_id).select_from(wanted.join(of_unit, true())).limit(most)


def _has_none_of(connection: Connection, units: Select[tuple[int]], is_short: bool) -> ImageCheck:
    places = images_with(connection, units, MANY_PLACES + 1)
    if not is_short and count(connection, places, MANY_PLACES).exact:
        return ImageCheck(image.c.id.not_in(places), is_listed=True)
    one = image_unit.alias()
    has = select(one.c.unit_id).where(one.c.image_id == image.c.id, _among_units(connection, one.c.unit_id, units)).limit(1)
    return ImageCheck(has.correlate_except(one).scalar_subquery().is_(None), is_listed=False)


def _among_units(connection: Connection, unit_id: ColumnElement[int], units: Select[tuple[int]]) -> ColumnElement[bool]:
    """The condition that a unit is one of these. PostgreSQL would select them anew for each image, unless it gets few of them
    as an array.
    """
    if is_sqlite(connection) or not count(connection, units, MANY_IN_ARRAY).exact:
        return unit_id.in_(units)
    return among(connection, unit_id, connection.execute(units).scalars().all())


def _counts_nothing(term: Term) -> list[ColumnElement[bool]]:
    """Conditions on the stored counts of an image that hold for every image without a finding that matches the term.
    They let an index answer. There is none for low findings, whose counts include negligible ones.
    """
    match term.field:
        case "severity":
            place = SEVERITIES.index(term.value) if term.value in SEVERITIES else -1
            fitting = [name for number, name in enumerate(SEVERITIES) if place >= 0 and _COMPARE[term.operator](number, place)]
            return [image.c[name] == 0 for name in fitting if name in ("medium", "high", "critical")]
        case "exploited":
            return [image.c.exploited == 0] if term.value == "true" else []
        case "fixable":
            return [image.c.fixable == 0] if term.value == "true" else []
        case "fix":
            return [image.c.fixable == 0] if term.value == "fixed" else []
    return []


def _of_image(connection: Connection, project_id: int | None, term: Term) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The condition, and its form that looks up an image by itself."""
    if term.field == "reason":
        own = select(image_gap.c.code).where(image_gap.c.image_id == image.c.id, image_gap.c.code == term.value).exists()
        of_units = select(unit.c.id).where(states_reason(term.value))
        listed = select(image_unit.c.image_id).where(image_unit.c.unit_id.in_(of_units))
        one = select(image_unit.c.unit_id).where(image_unit.c.image_id == image.c.id, image_unit.c.unit_id.in_(of_units))
        return or_(own, image.c.id.in_(listed)), or_(own, one.correlate(image).limit(1).scalar_subquery().is_not(None))
    found = _of_image_row(connection, project_id, term)
    return found, found


def _of_image_row(connection: Connection, project_id: int | None, term: Term) -> ColumnElement[bool]:
    if term.field == "outdated":
        return is_outdated(project_id) if term.value == "true" else not_(is_outdated(project_id))
    if term.field == "exposed":
        from .exposures import is_exposed

        return is_exposed(project_id) if term.value == "true" else not_(is_exposed(project_id))
    if term.field == "runs":
        running = is_running(connection, project_id)
        return running if term.value == "true" else not_(running)
    if term.field == "secret":
        has = select(image_secret.c.kind).where(image_secret.c.image_id == image.c.id, like(image_secret.c.kind, term.value))
        return has.exists()
    if term.field == "image":
        return or_(like(image.c.identity, term.value), like(image.c.digest, term.value))
    if term.field in ("reference", "base"):
        value = term.value.removesuffix("*")
        return image.c[term.field].contains(value, autoescape=True)
    column = image.c[term.field]
    return like(column, term.value)


def _of_finding(connection: Connection, term: Term) -> ColumnElement[bool]:
    columns = unit_finding.c
    match term.field:
        case "severity":
            return _of_severity(connection, term)
        case "fix":
            return columns.fix_state == term.value
        case "fixable":
            return (columns.fix_state == "fixed") == (term.value == "true")
        case "exploited":
            return columns.exploited if term.value == "true" else ~columns.exploited
        case "disclosed":
            if term.operator == "=":
                return columns.disclosed.startswith(term.bound, autoescape=True)
            return _compared(columns.disclosed, term.operator, term.bound)
        case "risk" | "epss":
            return _compared(columns[term.field], term.operator, round(float(term.bound) * _SCALES[term.field]))
    found = like(columns.vulnerability, term.value)
    if term.value.endswith("*") and not count(connection, select(columns.unit_id).where(found), FEW).exact:
        start = term.value.rstrip("*")
        return func.substr(columns.vulnerability, 1, len(start)) == start  # no index is selective for so short a prefix
    return found


def _of_project(connection: Connection, project_id: int | None, term: Term) -> ColumnElement[bool]:
    now = time.time()
    if term.field == "overdue":
        found = is_overdue(connection, project_id, now)
    else:
        found = is_decided(project_id, now)
        if term.value == "true":  # the decisions are few, and lead to their findings
            found = and_(unit_finding.c.vulnerability.in_(decided_about(project_id, now)), found)
    return found if term.value == "true" else not_(found)


def _of_severity(connection: Connection, term: Term) -> ColumnElement[bool]:
    column: ColumnElement[str] = unit_finding.c.severity
    if term.operator == "=":
        return column == term.value
    if is_sqlite(connection):
        column = column.concat("")  # else SQLite would sort all findings with these severities
    place = SEVERITIES.index(term.value)
    return column.in_([severity for number, severity in enumerate(SEVERITIES) if _COMPARE[term.operator](number, place)])


def _of_unit(connection: Connection, term: Term, versions: Versions | None) -> UnitCondition:
    if term.field == "licence":
        contains = unit.c.licences.contains(term.value.removesuffix("*"), autoescape=True)
        return _of_rows(and_(unit.c.licences != "", contains))
    if term.field == "reason":
        return _of_rows(states_reason(term.value))
    if term.field == "type":
        return _of_packages(unit_package.c.type == term.value)
    named = like(unit_package.c.name, term.value) if term.value else true()
    if not term.bound:
        return _of_packages(named)
    if not term.value.rstrip("*"):
        raise UsageError("a version needs the name of a package", "package:openssl<3.0.14")
    wanted = select(unit_package.c.type, unit_package.c.version).where(named).distinct().limit(MAX_VERSIONS + 1)
    known = connection.execute(wanted).all()
    if len(known) > MAX_VERSIONS:
        hint = "write the whole name of a package, or add a term such as type:deb"
        raise UsageError(f"the packages named {term.value} have more than {MAX_VERSIONS} versions", hint)
    fitting: dict[str, list[str]] = {}
    for type, version in known:
        if version == term.bound if versions is None else versions.fits(type, version, term.operator, term.bound):
            fitting.setdefault(type, []).append(version)
    version = unit_package.c.version
    of_types = [
        and_(unit_package.c.type == type, version.in_(_all_of(connection, found))) for type, found in sorted(fitting.items())
    ]
    units = select(unit_package.c.unit_id).where(named, or_(*of_types) if of_types else ~true())
    return UnitCondition(unit.c.id.in_(units), lambda unit_id: unit_id.in_(units))  # always listed: the versions are many


def _of_rows(condition: ColumnElement[bool]) -> UnitCondition:
    one = select(unit.c.id).where(_for_row(condition)).correlate_except(unit)
    return UnitCondition(condition, lambda unit_id: one.where(unit.c.id == unit_id).exists())


def _of_packages(condition: ColumnElement[bool]) -> UnitCondition:
    units = select(unit_package.c.unit_id).where(condition)
    one = select(unit_package.c.unit_id).where(_for_row(condition)).correlate_except(unit_package)
    return UnitCondition(unit.c.id.in_(units), lambda unit_id: one.where(unit_package.c.unit_id == unit_id).exists())


def _for_row(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition for a row that is looked up by its number. It uses CASE to keep databases from choosing an index, with
    which they would scan all rows that meet the condition, for each row of a list.
    """
    return case((condition, 1)) == 1


def _all_of(connection: Connection, texts: Sequence[str]) -> Select[tuple[str]]:
    """The texts as rows. One parameter contains them all, because SQLite allows 32,766 in a statement."""
    if is_sqlite(connection):
        found = func.json_each(json.dumps(texts)).table_valued("value")
    else:
        found = func.jsonb_array_elements_text(cast(texts, JSONB)).table_valued("value")
    return select(found.c.value)


def states_reason(code: str) -> ColumnElement[bool]:
    """A condition on rows of ``unit``: its list of reasons contains the code."""
    return and_(unit.c.reasons != "", (" " + unit.c.reasons + " ").contains(f" {code} ", autoescape=True))


def _is_of_images(connection: Connection, term: Term) -> bool:
    """Whether the reason that the term names applies to a whole image, and not only to packages, in any image of the fleet."""
    return connection.execute(select(image_gap.c.code).where(image_gap.c.code == term.value).limit(1)).first() is not None


def has_layers() -> ColumnElement[bool]:
    """A condition on rows of ``image``: it has layers, so it is from a registry or an uploaded archive. Other uploads
    contain only packages.
    """
    return or_(image.c.kind == "image", func.length(image.c.manifest) > 0)


def like(column: Any, value: str) -> ColumnElement[bool]:
    """A condition that compares a column with a pattern. Without a star the value has to be equal. A star at the end
    matches a prefix, which an index can answer. A star at the start matches a suffix, or with both stars a substring;
    it scans all values.
    """
    if value.startswith("*") and value.strip("*"):
        rest = value.lstrip("*")
        inside: ColumnElement[bool] = (
            column.contains(rest.rstrip("*"), autoescape=True) if rest.endswith("*") else column.endswith(rest, autoescape=True)
        )
        return inside
    if not value.endswith("*"):
        found: ColumnElement[bool] = column == value
        return found
    start = value.rstrip("*")
    return _Begins(column, literal(start), literal(start + "\U0010ffff")) if start else true()


class _Begins(FunctionElement[bool]):
    """A condition: a column begins with a text. It is a range, so that an index answers it. On PostgreSQL the range is one of
    bytes, whatever the collation of the database is: in some, upper and lower case stand side by side.
    """

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "_Begins":
        return self  # else SQLite gets "= 1" after the range, and uses no index


@compiles(_Begins)
def _in_range(begins: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    column, start, end = (compiler.process(clause, **options) for clause in begins.clauses)
    return f"({column} >= {start} AND {column} < {end})"


@compiles(_Begins, "postgresql")
def _in_range_of_bytes(begins: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    column, start, end = (compiler.process(clause, **options) for clause in begins.clauses)
    return f"({column} ~>=~ {start} AND {column} ~<~ {end})"


def _compared(column: Any, operator: Operator, value: object) -> ColumnElement[bool]:
    found: ColumnElement[bool] = _COMPARE[operator](column, value)
    return found

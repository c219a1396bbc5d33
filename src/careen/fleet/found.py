"""Findings of units in list order, the highest risk first. Each page is read by one statement.

``unit_finding`` is read through its index by risk, which contains all columns of a row except the finding itself.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, and_, false, or_, select, true, tuple_

from .conditions import Conditions, packages_meet, visible, without
from .connection import is_sqlite
from .list_pages import Place
from .one_by_one import finding_meets
from .tables import image, image_unit, unit_finding

FEW_IMAGES = 100  # the findings of so few images are looked up by image, those of more images in the order of risk
COLUMNS = (
    *("unit_id", "vulnerability", "package", "severity", "risk", "confidence", "fix_state", "fixed_version"),
    *("exploited", "epss", "first_at", "disclosed", "fix_at"),
)
Pair = tuple[str, str]  # a vulnerability and a package


class Findings(Struct, frozen=True):
    """A selection of findings. ``of_findings`` are conditions on rows of ``unit_finding``, ``of_places`` on rows of
    ``image_unit``.
    """

    of_findings: tuple[ColumnElement[bool], ...]
    of_places: ColumnElement[bool]

    def window(self, connection: Connection, start: Place, size: int, *, inclusive: bool = False) -> list[dict[str, Any]]:
        """The next ``size`` findings after ``start``, as rows in list order. ``fits`` of a row: whether an image of the list
        contains the row's unit.
        """
        wanted = select(*(unit_finding.c[name] for name in COLUMNS)).where(*self.of_findings)
        some = in_order(connection, wanted, start, inclusive=inclusive).limit(size).subquery()
        fits = select(image_unit.c.image_id).where(image_unit.c.unit_id == some.c.unit_id, self.of_places).exists()
        rows = connection.execute(select(some, fits.label("fits"))).mappings()
        return sorted(map(dict, rows), key=_rank)

    def same(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> dict[Pair, dict[int, float]]:
        """For each pair of vulnerability and package in the rows: all units that have it, in list order, with the time
        since when. Nearly all pairs have one unit, that of the row. There are several if distributions decide about the
        package.
        """
        columns = unit_finding.c
        pairs = list(dict.fromkeys(map(_pair, rows)))
        units: dict[Pair, list[int]] = {pair: [] for pair in pairs}
        named = select(columns.vulnerability, columns.package, columns.unit_id)
        for *pair, unit_id in connection.execute(named.where(tuple_(columns.vulnerability, columns.package).in_(pairs))):
            units[pair[0], pair[1]].append(unit_id)
        found = {_pair(row): {row["unit_id"]: row["first_at"]} for row in rows}
        several = [(unit_id, *pair) for pair in pairs for unit_id in units[pair] if len(units[pair]) > 1]
        if several:
            key = tuple_(columns.unit_id, columns.vulnerability, columns.package)
            seen = select(image_unit.c.image_id).where(image_unit.c.unit_id == columns.unit_id, self.of_places).exists()
            asked = select(*key.clauses, columns.first_at, columns.risk).where(key.in_(several), *self.of_findings, seen)
            ordered = sorted(connection.execute(asked), key=lambda row: (-row.risk, -row.unit_id))
            found |= {(id, package): {} for _, id, package in several}
            for row in ordered:
                found[row.vulnerability, row.package][row.unit_id] = row.first_at
        return found


def findings_of(connection: Connection, project_id: int | None, found: Conditions) -> Findings:
    of_findings = found.of_finding
    if found.of_unit:
        of_findings = (*of_findings, packages_meet(connection, found, unit_finding.c.unit_id))
    places = places_of(connection, project_id, found)
    return Findings((*of_findings, places.has(unit_finding.c.unit_id)), places.of_places)


class Places(Struct, frozen=True):
    """The images that meet conditions, stated on rows of ``image_unit``. ``few`` has their numbers if there are few, else
    None.
    """

    of_places: ColumnElement[bool]
    few: tuple[int, ...] | None = None

    def has(self, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
        """A condition: one of the images contains the unit. It is true for any unit if the images are not few."""
        if self.few is None:
            return true()
        return unit_id.in_(select(image_unit.c.unit_id).where(image_unit.c.image_id.in_(self.few))) if self.few else false()


def places_of(connection: Connection, project_id: int | None, found: Conditions) -> Places:
    narrowing = (*found.of_image, *(each.condition for each in without(connection, project_id, found)))
    if not narrowing:
        return Places(visible(project_id, image_unit.c.image_id))
    of_images = and_(visible(project_id), *narrowing)
    some = tuple(connection.execute(select(image.c.id).where(of_images).limit(FEW_IMAGES + 1)).scalars())
    if not some:
        return Places(false(), ())
    if len(some) <= FEW_IMAGES:
        return Places(image_unit.c.image_id.in_(some), some)
    fitting = select(image.c.id).where(image.c.id == image_unit.c.image_id, of_images).correlate_except(image)
    return Places(fitting.scalar_subquery().is_not(None))  # for each row, as in ``visible``


def in_order(connection: Connection, wanted: Select[Any], start: Place, *, inclusive: bool) -> Select[Any]:
    """Findings in list order, those after ``start``."""
    columns = unit_finding.c
    names: list[ColumnElement[str]] = [columns.vulnerability, columns.package]
    if not is_sqlite(connection):  # in the order of Python, whatever the collation of the database is
        names = [name.collate("C") for name in names]
    if start:
        risk, unit_id, id, package = start
        rest = tuple_(*names)
        after = rest >= tuple_(id, package) if inclusive else rest > tuple_(id, package)
        before = tuple_(columns.risk, columns.unit_id)
        wanted = wanted.where(before <= tuple_(risk, unit_id), or_(before < tuple_(risk, unit_id), after))
    return wanted.order_by(columns.risk.desc(), columns.unit_id.desc(), *names)


def window_one_by_one(
    connection: Connection, found: Conditions, start: Place, size: int, *, inclusive: bool
) -> list[dict[str, Any]]:
    """The next findings after ``start``. ``fits`` of a row: whether it meets the conditions on findings and packages."""
    wanted = select(*(unit_finding.c[name] for name in COLUMNS), finding_meets(found, unit_finding.c.unit_id).label("fits"))
    rows = connection.execute(in_order(connection, wanted, start, inclusive=inclusive).limit(size)).mappings()
    return sorted(map(dict, rows), key=_rank)


def _rank(row: dict[str, Any]) -> tuple[int, int, str, str]:
    return -row["risk"], -row["unit_id"], row["vulnerability"], row["package"]


def place_of(row: dict[str, Any]) -> Place:
    return row["risk"], row["unit_id"], row["vulnerability"], row["package"]


def _pair(row: dict[str, Any]) -> Pair:
    return row["vulnerability"], row["package"]

"""Facts about a vulnerability in a project: the affected images, whether they run, and what fixes it. Findings that are
only possible, and findings that the project has decided not to be affected by, do not count.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, func, or_, select

from careen.output.escape import visible

from ..conditions import visible as visible_to
from ..decisions import counting
from ..events import lasting
from ..exposures import is_exposed
from ..tables import decision, image, image_unit, project_image, unit_finding
from . import links
from .message import Clocks, Fix, Images, Place, Vulnerability
from .rules import Rule, rank

UNITS = 500  # units considered for one message
PACKAGES = 50  # packages in one query
SHOWN = 3  # images that a message lists
RUNS_S = 7 * 86_400.0  # an image counts as running for so long after it was last seen running
NOT_AFFECTED = ("not_affected", "fixed")


class Affected(Struct, frozen=True):
    """A vulnerability in a project. ``of`` is None if the project is no longer affected."""

    of: Vulnerability | None
    images: Images
    units: tuple[int, ...] = ()

    @property
    def is_fixable(self) -> bool:
        return self.of is not None and any(fix.version for fix in self.of.fixes)


def affected(
    connection: Connection, project_id: int, vulnerability: str, packages: Iterable[str], address: str, now: float
) -> Affected:
    """The facts about a vulnerability in a project: images, fixes and dates. ``packages`` are purls without version; if it is
    empty, all packages count.
    """
    found = _findings(connection, project_id, vulnerability, frozenset(packages))
    if not found:
        return Affected(None, Images())
    images = _images(connection, project_id, [row.unit_id for row in found], address, now)
    return Affected(_stated(vulnerability, found), images, tuple(sorted({row.unit_id for row in found})))


def known_of(connection: Connection, project_id: int, vulnerability: str) -> Vulnerability | None:
    """What is known about a vulnerability in a project, without its images, which take long to count; None if the project is
    not affected."""
    found = _findings(connection, project_id, vulnerability, frozenset())
    return _stated(vulnerability, found) if found else None


def _stated(vulnerability: str, found: Sequence[Row[Any]]) -> Vulnerability:
    clocks = Clocks(
        introduced=day(min(row.first_at for row in found)),
        disclosed=visible(min((row.disclosed for row in found if row.disclosed), default="")),
        fix_available=day(max((row.fix_at for row in found if row.fix_at), default=0.0)),
    )
    return Vulnerability(
        visible(vulnerability),
        _worst(found),
        any(row.exploited for row in found),
        max(row.epss for row in found) / 1_000_000,
        clocks,
        _fixes(found),
    )


def fits(connection: Connection, project_id: int, rule: Rule, found: Affected) -> bool:
    """Whether the facts about a vulnerability meet the rule's conditions."""
    if found.of is None or (rule.exploited and not found.of.exploited) or (rule.fixable and not found.is_fixable):
        return False
    if rule.running and not found.images.running:
        return False
    return not rule.exposed or is_any_exposed(connection, project_id, found.units)


def is_any_exposed(connection: Connection, project_id: int, units: Sequence[int]) -> bool:
    """Whether a path from the Internet leads to an image that contains one of the units."""
    wanted = (
        select(image.c.id)
        .join(image_unit, image_unit.c.image_id == image.c.id)
        .where(image_unit.c.unit_id.in_(units), visible_to(project_id), is_exposed(project_id))
    )
    return connection.execute(wanted.limit(1)).first() is not None


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat() if moment else ""


def is_decided(connection: Connection, project_id: int, vulnerability: str, package: str, now: float) -> bool:
    """Whether the project has decided for all its images that they are not affected."""
    rows = connection.execute(
        select(decision.c.package).where(
            decision.c.project_id == project_id,
            decision.c.vulnerability == vulnerability,
            decision.c.identity == "",
            decision.c.status.in_(NOT_AFFECTED),
            *counting(now),
        )
    )
    return any(not row.package or (row.package == lasting(row.package) == lasting(package)) for row in rows)


def _findings(connection: Connection, project_id: int, vulnerability: str, packages: frozenset[str]) -> Sequence[Row[Any]]:
    """The findings of the vulnerability in these packages; if the packages are many, only in the first units."""
    has = select(image_unit.c.image_id).where(
        image_unit.c.unit_id == unit_finding.c.unit_id, visible_to(project_id, image_unit.c.image_id)
    )
    query = select(unit_finding).where(
        unit_finding.c.vulnerability == vulnerability, unit_finding.c.confidence != "possible", has.exists()
    )
    if len(packages) <= PACKAGES:
        purl = unit_finding.c.package
        names = sorted(packages)
        begins = (purl.startswith(f"{name}{sign}", autoescape=True) for name in names for sign in "@?")
        query = query.where(or_(purl.in_(names), *begins)) if names else query
    rows = connection.execute(query.order_by(unit_finding.c.unit_id).limit(UNITS)).all()
    return [row for row in rows if not packages or lasting(row.package) in packages]


def _images(connection: Connection, project_id: int, units: Sequence[int], address: str, now: float) -> Images:
    # Subqueries for each image of the units: with a join, a database may begin with all images of the project.
    own = (project_image.c.project_id == project_id, project_image.c.image_id == image.c.id)
    runs_at = select(project_image.c.runs_at).where(*own).correlate(image).scalar_subquery()
    of_units = select(image_unit.c.image_id).where(image_unit.c.unit_id.in_(sorted(set(units))))
    of_project = (
        select(image.c.id, image.c.identity, image.c.reference, image.c.risk, runs_at.label("runs_at"))
        .where(image.c.id.in_(of_units), visible_to(project_id))
        .subquery()
    )
    runs = func.coalesce(of_project.c.runs_at, 0.0) >= now - RUNS_S
    count = connection.execute(select(func.count()).select_from(of_project)).scalar_one()
    running = connection.execute(select(func.count()).select_from(of_project).where(runs)).scalar_one()
    first = connection.execute(
        select(of_project).order_by(runs.desc(), of_project.c.risk.desc(), of_project.c.id).limit(SHOWN)
    ).all()
    return Images(
        count,
        running,
        tuple(Place(visible(row.reference), links.image(address, project_id, row.identity)) for row in first),
    )


def _fixes(found: Sequence[Row[Any]]) -> tuple[Fix, ...]:
    """The fix of each package. If releases have different fixed versions, all are listed."""
    by_package: dict[str, list[Row[Any]]] = {}
    for row in found:
        by_package.setdefault(lasting(row.package), []).append(row)
    fixes = []
    for package, rows in sorted(by_package.items()):
        versions = sorted({row.fixed_version for row in rows if row.fix_state == "fixed" and row.fixed_version})
        state = "fixed" if versions else rows[0].fix_state
        fixes.append(Fix(visible(package, 300), visible(", ".join(versions[:SHOWN]), 300), state))
    return tuple(fixes[:UNITS])


def _worst(found: Sequence[Row[Any]]) -> str:
    return max((str(row.severity) for row in found), key=rank)

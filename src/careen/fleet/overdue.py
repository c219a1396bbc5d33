"""The overdue findings of a project, for pages and digests: counted up to a bound, the highest risk first."""

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from careen.errors import InputError
from careen.policy.overdue import counts_overdue, with_overdue
from careen.policy.policy import Policy

from .conditions import visible
from .deadlines import deadlines_of, is_overdue
from .tables import image, image_unit, unit_finding

SHOWN = 50
BOUND = 1000  # a larger count is shown as "more than 1,000"
MOST = 50_000  # overdue findings in one answer to a gate on another machine


class Late(Struct, frozen=True):
    vulnerability: str
    package: str  # purl
    severity: str
    risk: float
    exploited: bool
    fixed_version: str  # "" if there is no fix
    due_at: float
    images: int


class Overdue(Struct, frozen=True):
    """Overdue findings. ``exact`` False: the real number is larger than ``count``."""

    owner: str
    count: int
    exact: bool
    worst: tuple[Late, ...]


def late_ones(connection: Connection, project_id: int, now: float, image_id: int | None = None) -> frozenset[tuple[str, str]]:
    """The overdue findings of an image, or of the whole project, as pairs of vulnerability and package.
    Raises: InputError if there are too many, or if the project has no deadlines.
    """
    if deadlines_of(connection, project_id).is_empty:
        raise InputError("the project has no deadlines for findings", "set them in the project's settings")
    of_unit = select(image_unit.c.image_id).join(image, image.c.id == image_unit.c.image_id)
    of_unit = of_unit.where(image_unit.c.unit_id == unit_finding.c.unit_id, visible(project_id))
    if image_id is not None:
        of_unit = of_unit.where(image.c.id == image_id)
    columns = (unit_finding.c.vulnerability, unit_finding.c.package)
    wanted = select(*columns).where(is_overdue(connection, project_id, now), of_unit.exists()).distinct()
    found = frozenset((id, package) for id, package in connection.execute(wanted.limit(MOST + 1)))
    if len(found) > MOST:
        raise InputError(f"more than {MOST:,} findings of the project are overdue", "scan the image on the server")
    return found


def with_late(connection: Connection, project_id: int, policy: Policy, now: float, image_id: int) -> Policy:
    """The policy, with the list of overdue findings of the image. It is unchanged if the policy has no such rule or the
    project has no deadlines; then the rule counts every finding as overdue.
    """
    if not counts_overdue(policy) or deadlines_of(connection, project_id).is_empty:
        return policy
    late = late_ones(connection, project_id, now, image_id)
    return replace(policy, fail_on=with_overdue(policy.fail_on, late))


def overdue(connection: Connection, project_id: int, now: float) -> Overdue:
    limits = deadlines_of(connection, project_id)
    of_unit = select(image_unit.c.image_id).join(image, image.c.id == image_unit.c.image_id)
    of_unit = of_unit.where(image_unit.c.unit_id == unit_finding.c.unit_id, visible(project_id))
    columns = unit_finding.c
    wanted = select(*(columns[name] for name in ("vulnerability", "package", "severity", "risk", "exploited", "fixed_version")))
    wanted = wanted.add_columns(columns.first_at, columns.unit_id)
    wanted = wanted.where(is_overdue(connection, project_id, now), of_unit.exists())
    number = connection.execute(select(func.count()).select_from(wanted.limit(BOUND + 1).subquery())).scalar_one()
    ordered = wanted.order_by(columns.risk.desc(), columns.unit_id.desc(), columns.vulnerability, columns.package)
    found = []
    for row in connection.execute(ordered.limit(SHOWN)).all() if number else ():
        images = select(func.count()).select_from(
            select(image_unit.c.image_id)
            .join(image, image.c.id == image_unit.c.image_id)
            .where(image_unit.c.unit_id == row.unit_id, visible(project_id))
            .subquery()
        )
        due_at = limits.due_at(row.severity, row.exploited, row.first_at)
        found.append(
            Late(
                row.vulnerability,
                row.package,
                row.severity,
                row.risk / 1000,
                bool(row.exploited),
                row.fixed_version,
                due_at or now,
                connection.execute(images).scalar_one(),
            )
        )
    return Overdue(limits.owner, min(number, BOUND), number <= BOUND, tuple(found))

"""Decisions of users about findings, as VEX statements. Each is valid until it expires or is revoked, and stays on
record.

A decision is about a package, in one image or in all images of the project, or about an image as a whole.
"""

import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from careen.formats.vex.openvex import document
from careen.formats.vex.statements import Product, Statement, VexStatus

from .tables import decision, unit_finding

SOURCE = "decision"
MAX_DECISIONS = 20_000  # decisions of a project in one VEX document
HIDING: tuple[VexStatus, ...] = ("not_affected", "fixed")


class Stated(Struct, frozen=True):
    """The content of a decision, from which a VEX statement is made. An empty ``identity`` means all images, an empty
    ``package`` all packages.
    """

    vulnerability: str
    package: str
    identity: str
    status: VexStatus
    why: str
    at: float
    by: str
    source: str


def counting(now: float) -> tuple[ColumnElement[bool], ...]:
    return decision.c.revoked_at.is_(None), or_(decision.c.expires_at.is_(None), decision.c.expires_at > now)


def is_decided(project_id: int | None, now: float) -> ColumnElement[bool]:
    """A condition on rows of ``unit_finding``: a decision about all images of the project hides the finding. Decisions
    about a single image are not considered.
    """
    package, named = unit_finding.c.package, decision.c.package
    begins_so = func.substr(package, 1, func.length(named) + 1).in_((named + "@", named + "?"))  # any version, any build
    hides = decided_about(project_id, now).where(
        decision.c.vulnerability == unit_finding.c.vulnerability, or_(named == package, begins_so)
    )
    return hides.exists()


def decided_about(project_id: int | None, now: float) -> Select[tuple[str]]:
    """Selects the vulnerabilities that decisions about all images of the project hide."""
    of_all = (decision.c.project_id == project_id, decision.c.identity == "", decision.c.status.in_(HIDING))
    return select(decision.c.vulnerability).where(*of_all, *counting(now))


def has_any(connection: Connection, project_id: int) -> bool:
    valid = select(decision.c.id).where(decision.c.project_id == project_id, *counting(time.time()))
    return connection.execute(valid.limit(1)).first() is not None


def statements(
    connection: Connection,
    project_id: int,
    identity: str | None = None,
    *,
    named: str = "",
    ids: Collection[str] | None = None,
) -> tuple[Statement, ...]:
    """The project's valid decisions as VEX statements. ``identity`` limits them to those about this image or about all
    images. ``named`` is the image's name in its report, if that differs from its identity. ``ids`` limits them to these
    vulnerabilities.
    """
    wanted = select(decision).where(decision.c.project_id == project_id, *counting(time.time()))
    if identity is not None:
        wanted = wanted.where(decision.c.identity.in_(("", identity)))
    if ids is not None:
        wanted = wanted.where(decision.c.vulnerability.in_(ids))
    rows = connection.execute(wanted.order_by(decision.c.id).limit(MAX_DECISIONS))
    return tuple(statement_of(_stated(row), named) for row in rows)


def statement_of(stated: Stated, named: str = "") -> Statement:
    image = (named or stated.identity) if stated.identity else ""
    if image and stated.package:
        products = (Product((image,), ((stated.package,),)),)
    else:
        products = (Product((image or stated.package,)),)
    issued = datetime.fromtimestamp(stated.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Statement((stated.vulnerability,), stated.status, products, stated.source, stated.why, issued, stated.by)


def openvex(stated: Sequence[Statement], project_id: int) -> dict[str, Any]:
    """The VEX statements as one OpenVEX document. Equal statements give an equal document, so that it can be cached."""
    latest = max((statement.issued for statement in stated), default="1970-01-01T00:00:00Z")
    return document(stated, "Careen", latest, f"project {project_id}")


def _stated(row: Row[Any]) -> Stated:
    return Stated(
        row.vulnerability,
        row.package,
        row.identity,
        row.status,
        row.justification or row.reason,
        row.decided_at,
        row.decided_by,
        f"{SOURCE}:{row.id}",
    )

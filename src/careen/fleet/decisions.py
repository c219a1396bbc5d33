"""What people decided about findings, as statements of VEX: each counts until it expires or is revoked, and stays on record.

A decision is about a package, in one image or in all of the project, or about an image as a whole.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from careen.formats.vex.openvex import document
from careen.formats.vex.statements import Product, Statement

from .tables import decision

SOURCE = "decision"
MAX_DECISIONS = 20_000  # of a project, in one document


def counting(now: float) -> tuple[ColumnElement[bool], ...]:
    return decision.c.revoked_at.is_(None), or_(decision.c.expires_at.is_(None), decision.c.expires_at > now)


def statements(connection: Connection, project_id: int, identity: str | None = None) -> tuple[Statement, ...]:
    """Those that count now. ``identity``: only what is about this image or about all."""
    wanted = select(decision).where(decision.c.project_id == project_id, *counting(time.time()))
    if identity is not None:
        wanted = wanted.where(decision.c.identity.in_(("", identity)))
    return tuple(map(_statement, connection.execute(wanted.order_by(decision.c.id).limit(MAX_DECISIONS))))


def openvex(stated: Sequence[Statement], project_id: int) -> dict[str, Any]:
    """One document; equal statements give an equal one, so that it can be cached."""
    latest = max((statement.issued for statement in stated), default="1970-01-01T00:00:00Z")
    return document(stated, "Careen", latest, f"project {project_id}")


def _statement(row: Row[Any]) -> Statement:
    if row.identity and row.package:
        products = (Product((row.identity,), ((row.package,),)),)
    else:
        products = (Product((row.identity or row.package,)),)
    issued = datetime.fromtimestamp(row.decided_at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    why = row.justification or row.reason
    return Statement((row.vulnerability,), row.status, products, f"{SOURCE}:{row.id}", why, issued, row.decided_by)

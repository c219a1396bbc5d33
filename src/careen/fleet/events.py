"""Events, and the rows that send them, written in the transaction of what they are about.

A new database makes one event for each vulnerability and package, with the count of images, and never one for each image.
An image that becomes ready makes one event of its own, with what it introduced.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select

from careen.model.finding import Vulnerability
from careen.safety.typed import from_json

from .rows import batches
from .tables import event, image, image_unit, outbox, project_image, rematch_change, subscription, unit_finding

KEYS = 200  # vulnerabilities and packages of one transaction
SHOWN = 20  # of what an image introduced
SEVERITIES = ("unknown", "negligible", "low", "medium", "high", "critical")


class Rule(Struct, frozen=True):
    """Which events a subscription wants; by default all. ``severity`` is the lowest; events without one pass."""

    kinds: tuple[str, ...] = ()
    severity: str = ""

    def wants(self, kind: str, severity: str) -> bool:
        if self.kinds and kind not in self.kinds:
            return False
        if not self.severity or not severity:
            return True
        return _rank(severity) >= _rank(self.severity)


def after_ready(connection: Connection, image_id: int) -> None:
    """The image is ready: what of its vulnerabilities no other image of the fleet has is new."""
    now = time.time()
    row = connection.execute(select(image.c.identity, image.c.reference).where(image.c.id == image_id)).first()
    if row is None:
        return
    detail = {"identity": row.identity, "reference": row.reference}
    other = image_unit.alias()
    elsewhere = select(other.c.unit_id).where(other.c.unit_id == image_unit.c.unit_id, other.c.image_id != image_id)
    new = (
        select(unit_finding.c.vulnerability, unit_finding.c.package, unit_finding.c.severity)
        .join(image_unit, image_unit.c.unit_id == unit_finding.c.unit_id)
        .where(image_unit.c.image_id == image_id, unit_finding.c.confidence != "possible", ~elsewhere.exists())
    )
    found = connection.execute(
        new.order_by(unit_finding.c.risk.desc(), unit_finding.c.vulnerability, unit_finding.c.package).limit(SHOWN)
    ).all()
    count = connection.execute(select(func.count()).select_from(new.subquery())).scalar_one()
    _add(connection, [_event(now, "image_ready", image_id=image_id, images=1, detail=detail)])
    if count:
        worst = max((severity for _, _, severity in found), key=_rank)
        introduced = {**detail, "count": count, "worst": [list(finding[:2]) for finding in found]}
        _add(connection, [_event(now, "introduced", severity=worst, image_id=image_id, images=1, detail=introduced)])


def changes_of(unit_id: int, before: Iterable[Vulnerability], after: Iterable[Vulnerability]) -> list[dict[str, object]]:
    """The rows of ``rematch_change`` for a unit that was assessed again."""
    old = {(finding.id, finding.package): finding for finding in before}
    new = {(finding.id, finding.package): finding for finding in after}
    found: dict[tuple[str, str, str], str] = {}

    def note(kind: str, finding: Vulnerability) -> None:
        found[kind, finding.id, lasting(finding.package)] = finding.severity

    for key, finding in new.items():
        was = old.get(key)
        if was is None:
            note("disclosed", finding)
        elif finding.fix.state == "fixed" and was.fix.state != "fixed":
            note("fix_available", finding)
        if finding.kev and not (was and was.kev):
            note("exploited", finding)
    for key in old.keys() - new.keys():
        note("resolved", old[key])
    return [
        {"kind": kind, "vulnerability": id, "package": package, "unit_id": unit_id, "severity": severity}
        for (kind, id, package), severity in found.items()
    ]


def lasting(purl: str) -> str:
    """The purl without version and qualifiers."""
    head = purl.partition("?")[0].partition("#")[0]
    at = head.rfind("@")
    return head[:at] if at > head.rfind("/") else head


def from_changes(connection: Connection, limit: int = KEYS) -> int | None:
    """Makes events of the first changes, and removes these: how many; None if there are no more."""
    columns = (rematch_change.c.kind, rematch_change.c.vulnerability, rematch_change.c.package)
    keys = connection.execute(select(*columns).distinct().order_by(*columns).limit(limit)).all()
    if not keys:
        return None
    last = keys[-1]
    upto = _upto(last)
    counted = (
        select(*columns, func.max(rematch_change.c.severity), func.count(image_unit.c.image_id.distinct()))
        .join(image_unit, image_unit.c.unit_id == rematch_change.c.unit_id)
        .where(upto)
        .group_by(*columns)
    )
    now = time.time()
    made = [
        _event(now, kind, vulnerability=id, package=package, severity=severity, images=images)
        for kind, id, package, severity, images in connection.execute(counted)
    ]
    _add(connection, made, upto)
    connection.execute(rematch_change.delete().where(upto))
    return len(made)


def _upto(last: tuple[str, str, str]) -> Any:
    kind, id, package = rematch_change.c.kind, rematch_change.c.vulnerability, rematch_change.c.package
    return (kind < last[0]) | ((kind == last[0]) & ((id < last[1]) | ((id == last[1]) & (package <= last[2]))))


def _event(now: float, kind: str, detail: dict[str, object] | None = None, **columns: object) -> dict[str, object]:
    defaults: dict[str, object] = {"vulnerability": "", "package": "", "severity": "", "image_id": None, "images": 0}
    return {"at": now, "kind": kind, **defaults, **columns, "detail": msgspec.json.encode(detail) if detail else b""}


def _add(connection: Connection, events: Sequence[dict[str, object]], changes: Any = None) -> None:
    """With outbox rows for the subscriptions of the projects that see one of the images."""
    rules = {
        number: (project, from_json(bytes(rule), Rule) if rule else Rule())
        for number, project, rule in connection.execute(
            select(subscription.c.id, subscription.c.project_id, subscription.c.rule)
        )
    }
    projects = {project for project, _ in rules.values()}
    seen = {project: _seen_by(connection, project, events, changes) for project in projects}
    for event_row in events:
        number = connection.execute(event.insert().values(event_row).returning(event.c.id)).scalar_one()
        rows = [
            {"event_id": number, "subscription_id": sub, "next_at": event_row["at"]}
            for sub, (project, rule) in rules.items()
            if _key(event_row) in seen[project] and rule.wants(str(event_row["kind"]), str(event_row["severity"]))
        ]
        for some in batches(rows, KEYS):
            connection.execute(outbox.insert(), some)


def _seen_by(connection: Connection, project: int, events: Sequence[dict[str, object]], changes: Any) -> set[Any]:
    visible = (project_image.c.project_id == project) & project_image.c.deleted_at.is_(None)
    if changes is None:
        ids = [row["image_id"] for row in events]
        shown = select(project_image.c.image_id).where(visible, project_image.c.image_id.in_(ids))
        found = set(connection.execute(shown).scalars())
        return {_key(row) for row in events if row["image_id"] in found}
    columns = (rematch_change.c.kind, rematch_change.c.vulnerability, rematch_change.c.package)
    one_image = (
        select(image_unit.c.image_id)
        .join(project_image, project_image.c.image_id == image_unit.c.image_id)
        .where(image_unit.c.unit_id == rematch_change.c.unit_id, visible)
    )
    return set(connection.execute(select(*columns).where(changes, one_image.exists()).distinct()))


def _key(one: dict[str, object]) -> tuple[object, object, object]:
    return one["kind"], one["vulnerability"], one["package"]


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0

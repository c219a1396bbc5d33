"""Decides which waiting outbox rows a subscription gets: rows become ``wanted`` or ``skipped``.

Skipped are events that do not meet all of the rule's conditions, events about vulnerabilities that the project has
decided not to be affected by, and repeats of a recent notification: an advisory that comes and goes causes one message.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from ..exposures import is_exposed
from ..rows import insert
from ..tables import event, image, notified, outbox, project_image
from .facts import RUNS_S, affected, fits, is_decided
from .rules import OF_VULNERABILITIES, Rule

BATCH = 200  # rows in one transaction
KEY = 500  # characters, because PostgreSQL limits the size of an index entry
REPEAT_S = 24 * 3600.0
Change = tuple[str, str, str]  # kind, vulnerability, package


def sift(connection: Connection, sub: Row[Any], rule: Rule, held: Collection[str], now: float) -> int:
    """Sifts one batch of the waiting rows, without events whose kind is in ``held``. Returns how many rows."""
    rows = connection.execute(
        select(outbox.c.id.label("row"), event)
        .join(event, event.c.id == outbox.c.event_id)
        .where(outbox.c.subscription_id == sub.id, outbox.c.state == "waiting", event.c.kind.not_in(held))
        .order_by(outbox.c.id)
        .limit(BATCH)
    ).all()
    if not rows:
        return 0
    known = _known(connection, sub.id, rows)
    wanted: dict[int, Change] = {}
    for row in rows:
        change = _change(row)
        is_repeat = change in wanted.values() or now - REPEAT_S < known.get(change, 0.0)
        if not is_repeat and _is_wanted(connection, sub.project_id, rule, row, now):
            wanted[row.row] = change
    everything = [row.row for row in rows]
    connection.execute(update(outbox).where(outbox.c.id.in_(everything)).values(state="skipped"))
    if wanted:
        connection.execute(update(outbox).where(outbox.c.id.in_(list(wanted))).values(state="wanted"))
        _note(connection, sub.id, wanted.values(), now)
    return len(rows)


def detail_of(row: Row[Any]) -> Mapping[str, Any]:
    found = msgspec.json.decode(row.detail) if row.detail else {}
    return found if isinstance(found, dict) else {}


def _is_wanted(connection: Connection, project_id: int, rule: Rule, row: Row[Any], now: float) -> bool:
    if row.vulnerability and is_decided(connection, project_id, row.vulnerability, row.package, now):
        return False
    if not rule.looks_closer or row.kind not in OF_VULNERABILITIES:
        return True
    if row.image_id is not None:
        return _image_is_wanted(connection, project_id, rule, row, now)
    if row.kind == "resolved":  # a resolved vulnerability has no facts left to check
        return True
    found = affected(connection, project_id, row.vulnerability, (row.package,), "", now)
    return fits(connection, project_id, rule, found)


def _image_is_wanted(connection: Connection, project_id: int, rule: Rule, row: Row[Any], now: float) -> bool:
    detail = detail_of(row)
    if (rule.exploited and not detail.get("exploited")) or (rule.fixable and not detail.get("fixable")):
        return False
    if rule.exposed:
        exposed = select(image.c.id).where(image.c.id == row.image_id, is_exposed(project_id))
        if connection.execute(exposed).first() is None:
            return False
    if not rule.running:
        return True
    of_project = (project_image.c.project_id == project_id, project_image.c.image_id == row.image_id)
    runs_at = connection.execute(select(project_image.c.runs_at).where(*of_project)).scalar()
    return runs_at is not None and runs_at >= now - RUNS_S


def _change(row: Row[Any]) -> Change:
    subject = row.package
    if not row.vulnerability:  # the event is about an image, a source or a release
        detail = detail_of(row)
        subject = str(detail.get("identity") or detail.get("namespace") or " ".join(detail.get("sources", ())))
    if len(subject) > KEY:
        subject = hashlib.sha256(subject.encode()).hexdigest()
    return row.kind, row.vulnerability, subject


def _known(connection: Connection, subscription_id: int, rows: Sequence[Row[Any]]) -> dict[Change, float]:
    ids = {row.vulnerability for row in rows}
    columns = (notified.c.kind, notified.c.vulnerability, notified.c.package, notified.c.at)
    found = connection.execute(
        select(*columns).where(notified.c.subscription_id == subscription_id, notified.c.vulnerability.in_(ids))
    )
    return {(kind, id, package): at for kind, id, package, at in found}


def _note(connection: Connection, subscription_id: int, change: Collection[Change], now: float) -> None:
    adding = insert(connection, notified)
    keys = ["subscription_id", "kind", "vulnerability", "package"]
    rows = [dict(zip(keys, (subscription_id, *each), strict=True)) | {"at": now} for each in change]
    connection.execute(adding.on_conflict_do_update(index_elements=keys, set_={"at": now}), rows)

"""Tickets: one for each package of a project that an update would fix. They are kept up to date, and closed when the
findings are gone.

The current state of the findings decides, not single events, so that a missed ticket is opened in the next round. Each
action becomes a message in the outbox, whose receiver is the tracker.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, func, select, update

from careen.log import logger
from careen.output.escape import visible
from careen.safety.typed import from_json

from ..connection import writing
from ..decisions import counting
from ..events import lasting
from ..exposures import is_exposed
from ..fleet import Fleet
from ..tables import decision, delivery, image, image_unit, project, project_image, subscription, ticket, unit_finding
from . import links
from .facts import NOT_AFFECTED, affected
from .links import public_address
from .rules import Rule, rank, rule_of

log = logger(__name__)

KINDS = ("jira", "github")
EVERY_S = 3600.0
AGAIN_S = 86_400.0  # a message that was given up is tried once a day: without it, its ticket would never change again
MOST = 100  # open tickets of a subscription: those with the worst findings
NAMED = 20  # vulnerabilities listed in a ticket
IMAGES = 3
TITLE = 200


class Ticket(Struct, frozen=True):
    """A ticket for a tracker. ``title`` and ``text`` are plain text. ``key`` identifies the ticket when a try is
    repeated. ``remote`` is the tracker's own id.
    """

    action: Literal["open", "update", "close"]
    ticket_id: int
    key: str
    title: str
    text: str
    link: str = ""
    remote: str = ""
    opened_at: float = 0.0


class Wanted(Struct, frozen=True):
    """The content that a ticket should have. ``content`` is a digest of the parts whose change causes an update. Images
    are not among them, because they change each day.
    """

    package: str
    title: str
    text: str = ""
    link: str = ""
    content: str = ""


def reconcile(fleet: Fleet, now: float) -> int:
    """Queues messages for the differences between tickets and findings. Returns how many."""
    due = select(subscription.c.id).where(
        subscription.c.kind.in_(KINDS), ~subscription.c.paused, subscription.c.checked_at <= now - EVERY_S
    )
    with fleet.engine.connect() as connection:
        numbers = list(connection.execute(due.order_by(subscription.c.checked_at).limit(20)).scalars())
    made = 0
    for number in numbers:
        try:
            made += _reconcile_one(fleet, number, public_address(fleet.engine), now)
        except Exception:  # an error in one subscription must not stop the others
            log.exception("the tickets of subscription %d could not be compared", number)
    return made


def note_remote(connection: Connection, body: bytes, remote: str, now: float) -> None:
    """Stores the tracker's answer: the id of the opened ticket, or that it is closed."""
    done = from_json(body, Ticket)
    values: dict[str, Any] = {"state": "open", "remote": remote}
    if done.action == "close":
        values = {"state": "closed", "closed_at": now}
    connection.execute(update(ticket).where(ticket.c.id == done.ticket_id).values(**values))


def _reconcile_one(fleet: Fleet, number: int, address: str, now: float) -> int:
    with writing(fleet.engine) as connection:
        of_one = select(subscription, project.c.name.label("project")).join(project, project.c.id == subscription.c.project_id)
        locked = of_one.where(subscription.c.id == number, subscription.c.checked_at <= now - EVERY_S)
        sub = connection.execute(locked.with_for_update(skip_locked=True, key_share=True, of=subscription)).first()
        if sub is None:
            return 0
        rule = rule_of(bytes(sub.rule))
        wanted = {each.package: each for each in _wanted(connection, sub, rule, address, now)}
        open_ones = connection.execute(
            select(ticket).where(ticket.c.subscription_id == number, ticket.c.state != "closed").order_by(ticket.c.id)
        ).all()
        connection.execute(update(subscription).where(subscription.c.id == number).values(checked_at=now))
        _try_again(connection, number, [row.id for row in open_ones if row.state != "open"], now)
        return _queue(connection, number, wanted, open_ones, now)


def _queue(connection: Connection, number: int, wanted: Mapping[str, Wanted], known: Sequence[Row[Any]], now: float) -> int:
    """Queues messages that open, update or close tickets; returns how many. A ticket has one message at a time: the
    next is made after the tracker has processed it.
    """
    made = 0
    for row in known:
        if row.state != "open":
            continue
        now_wanted = wanted.get(row.package)
        if now_wanted is None:
            _add(connection, number, "close", row.id, Wanted(row.package, row.package), row.remote, now)
            connection.execute(update(ticket).where(ticket.c.id == row.id).values(state="closing"))
            made += 1
        elif now_wanted.content != row.content:
            _add(connection, number, "update", row.id, now_wanted, row.remote, now)
            connection.execute(update(ticket).where(ticket.c.id == row.id).values(content=now_wanted.content, state="changing"))
            made += 1
    room = MOST - sum(row.package in wanted for row in known)
    new = [each for package, each in wanted.items() if package not in {row.package for row in known}]
    for each in new[: max(0, room)]:
        values = {"subscription_id": number, "package": each.package, "content": each.content, "opened_at": now}
        id = connection.execute(ticket.insert().values(values).returning(ticket.c.id)).scalar_one()
        _add(connection, number, "open", id, each, "", now)
        made += 1
    return made


def _try_again(connection: Connection, number: int, waiting: Sequence[int], now: float) -> None:
    """Sends messages again that were given up, if their tickets still wait for them. They keep their keys, so that no
    tracker opens a ticket twice.
    """
    given_up = select(delivery.c.id, delivery.c.body).where(
        delivery.c.subscription_id == number,
        delivery.c.kind == "ticket",
        delivery.c.state == "dead",
        delivery.c.next_at <= now - AGAIN_S,
    )
    waits = set(waiting)
    for row in connection.execute(given_up.order_by(delivery.c.next_at).limit(MOST)).all():
        if from_json(bytes(row.body), Ticket).ticket_id in waits:
            connection.execute(update(delivery).where(delivery.c.id == row.id).values(state="waiting", next_at=now))


def _add(
    connection: Connection,
    number: int,
    action: Literal["open", "update", "close"],
    id: int,
    what: Wanted,
    remote: str,
    now: float,
) -> None:
    key = secrets.token_hex(16)
    body = Ticket(action, id, key, what.title, what.text, what.link, remote, now)
    row = {"subscription_id": number, "key": key, "kind": "ticket", "title": f"{action}: {what.title}", "events": 1}
    values = {**row, "body": msgspec.json.encode(body), "next_at": now, "created_at": now}
    connection.execute(delivery.insert().values(values))


def _wanted(connection: Connection, sub: Row[Any], rule: Rule, address: str, now: float) -> list[Wanted]:
    """The tickets that a subscription should have, the worst first, up to a maximum that a tracker can handle."""
    by_package = _by_package(connection, sub.project_id, rule, now)
    worst = sorted(by_package, key=lambda package: (-_worst(by_package[package]), package))
    found = [_ticket_for(connection, sub, package, by_package[package], address, now) for package in worst[: 2 * MOST]]
    return [each for each, running in found if running or not rule.running][:MOST]


def _by_package(connection: Connection, project_id: int, rule: Rule, now: float) -> dict[str, dict[str, tuple[str, str]]]:
    """Maps each package to its vulnerabilities, with severity and fixed version."""
    has = (
        select(image_unit.c.image_id)
        .join(project_image, project_image.c.image_id == image_unit.c.image_id)
        .where(image_unit.c.unit_id == unit_finding.c.unit_id)
        .where(project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None))
    )
    if rule.exposed:
        has = has.join(image, image.c.id == image_unit.c.image_id).where(is_exposed(project_id))
    columns = (unit_finding.c.package, unit_finding.c.vulnerability, unit_finding.c.severity)
    query = select(*columns, func.max(unit_finding.c.fixed_version).label("fixed")).where(
        unit_finding.c.fix_state == "fixed", unit_finding.c.confidence != "possible", has.exists()
    )
    if rule.exploited:
        query = query.where(unit_finding.c.exploited)
    decided = _decided(connection, project_id, now)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for row in connection.execute(query.group_by(*columns)):
        package = lasting(row.package)
        if rule.severity and rank(row.severity) < rank(rule.severity):
            continue
        if (row.vulnerability, "") in decided or (row.vulnerability, package) in decided:
            continue
        found.setdefault(package, {})[row.vulnerability] = (row.severity, row.fixed)
    return found


def _decided(connection: Connection, project_id: int, now: float) -> set[tuple[str, str]]:
    rows = connection.execute(
        select(decision.c.vulnerability, decision.c.package).where(
            decision.c.project_id == project_id, decision.c.identity == "", decision.c.status.in_(NOT_AFFECTED), *counting(now)
        )
    )
    return {(row.vulnerability, row.package) for row in rows}


def _ticket_for(
    connection: Connection, sub: Row[Any], package: str, found: Mapping[str, tuple[str, str]], address: str, now: float
) -> tuple[Wanted, int]:
    worst_first = sorted(found, key=lambda name: (-rank(found[name][0]), name))
    images = affected(connection, sub.project_id, worst_first[0], (package,), address, now).images
    versions = sorted({version for _, version in found.values() if version})
    severity = found[worst_first[0]][0]
    title = visible(f"Update {package}: fixes {_count(len(found))}, {severity}", TITLE)
    lines = [f"{id}: {found[id][0]}, fixed in {found[id][1] or 'a later version'}" for id in worst_first[:NAMED]]
    more = len(worst_first) - len(lines)
    text = [
        f"Project: {sub.project}",
        f"Package: {package}",
        f"Fixed versions: {', '.join(versions[:5])}{', …' if len(versions) > 5 else ''}",
        "",
        *lines,
        *([f"and {more} more"] if more > 0 else []),
        "",
        f"In images such as {', '.join(place.text for place in images.first[:IMAGES])}",
    ]
    link = links.package(address, sub.project_id, package)
    content = hashlib.sha256(msgspec.json.encode((title, versions, worst_first))).hexdigest()
    return Wanted(package, title, "\n".join(visible(line) for line in text), link, content), images.running


def _worst(found: Mapping[str, tuple[str, str]]) -> int:
    return max(rank(severity) for severity, _ in found.values())


def _count(number: int) -> str:
    return "1 vulnerability" if number == 1 else f"{number} vulnerabilities"

"""Clair's notifier: the indexed images that a new vulnerability affects, page by page.

A subscription of kind ``quay`` contains Quay's address, to which its events are announced. Quay then reads the pages,
and deletes the notification. The id of a notification contains the subscription and a range of its events.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, delete, or_, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.fleet.connection import writing
from careen.fleet.fleet import Fleet
from careen.fleet.notifications.channels.quay import Notification
from careen.fleet.notifications.sifting import detail_of
from careen.fleet.tables import event, image, image_unit, outbox, project_image, subscription, unit_finding
from careen.output.escape import visible
from careen.safety.pattern import pattern

from ..answers import Failure
from .form import ROOT, clair_answers, document, media_type
from .token import clair_caller

NAME = "notification_page"
PAGE = 500
MAX_PAGE = 1000
EVENTS = 200  # events read for one page
REASONS = {"introduced": "added", "disclosed": "added", "resolved": "removed"}
_ID = pattern(r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})")
_CVE = pattern(r"CVE-[0-9]{4}-[0-9]{4,10}")
_CURSOR = pattern(r"([0-9]{1,18})\.([0-9]{1,18})")


class About(Struct, frozen=True):
    vulnerability: str
    package: str  # purl
    severity: str
    fixed: str


class Position(Struct, frozen=True):
    """The last entry of a page, after which the next page begins."""

    event: int
    image: int


def routes(fleet: Fleet) -> list[Route]:
    async def page(request: Request) -> Response:
        client = await run_in_threadpool(clair_caller, fleet, request)
        wanted = _notification(request.path_params["id"])
        size, after = _size(request), _position(request.query_params.get("next", ""), wanted)
        is_own = media_type(request, NAME) != "application/json"
        return document(request, NAME, await run_in_threadpool(page_of, fleet, client.project_id, wanted, after, size, is_own))

    async def remove(request: Request) -> Response:
        client = await run_in_threadpool(clair_caller, fleet, request)
        await run_in_threadpool(forget, fleet, client.project_id, _notification(request.path_params["id"]))
        return document(request, "notification", {})

    place = f"{ROOT}/notifier/api/v1/notification/{{id}}"
    return [
        Route(place, clair_answers(page), methods=["GET"]),
        Route(place, clair_answers(remove), methods=["DELETE"]),
    ]


def page_of(fleet: Fleet, project_id: int, wanted: Notification, after: Position, size: int, is_own: bool) -> dict[str, object]:
    """A page of a notification. ``is_own`` selects Clair's own media type, whose schema has no links; plain JSON has
    them, because Quay needs them. Raises Failure if the project has no such notification, or it was deleted.
    """
    entries: list[dict[str, object]] = []
    with fleet.engine.connect() as connection:
        if not _is_there(connection, project_id, wanted):
            raise Failure(404, "there is no such notification")
        events = connection.execute(
            select(event)
            .join(outbox, outbox.c.event_id == event.c.id)
            .where(outbox.c.subscription_id == wanted.subscription, outbox.c.state != "skipped", event.c.kind.in_(REASONS))
            .where(event.c.id.between(max(after.event, wanted.first), wanted.last))
            .order_by(event.c.id)
            .limit(EVENTS)
        ).all()
        position = after
        for row in events:
            begin = after.image if row.id == after.event else 0
            images = _images(connection, project_id, row, begin, max(1, size - len(entries)))
            for about in _abouts(connection, row) if images else ():
                more = {} if is_own else {"description": "", "links": _link(about.vulnerability)}
                entries += [_entry(row, about, found.id, found.identity.split(":", 2)[2], more) for found in images]
            position = Position(row.id, images[-1].id if len(entries) >= size and images else 2**53)
            if len(entries) >= size:
                break
    is_last = len(entries) < size and len(events) < EVENTS
    return {
        "page": {"size": size, **({} if is_last else {"next": f"{position.event}.{position.image}"})},
        "notifications": entries,
    }


def forget(fleet: Fleet, project_id: int, wanted: Notification) -> None:
    """Deletes a notification; it may be deleted already."""
    with writing(fleet.engine) as connection:
        if _is_there(connection, project_id, wanted):
            mine = outbox.c.subscription_id == wanted.subscription
            connection.execute(delete(outbox).where(mine, outbox.c.event_id.between(wanted.first, wanted.last)))


def _is_there(connection: Connection, project_id: int, wanted: Notification) -> bool:
    query = (
        select(outbox.c.id)
        .join(subscription, subscription.c.id == outbox.c.subscription_id)
        .where(subscription.c.id == wanted.subscription, subscription.c.project_id == project_id)
        .where(outbox.c.event_id.between(wanted.first, wanted.last))
    )
    return connection.execute(query.limit(1)).first() is not None


def _images(connection: Connection, project_id: int, row: Row[Any], after: int, limit: int) -> list[Row[Any]]:
    """The images that this interface has indexed and that have the event's vulnerability, or the event's own image."""
    seen = (project_image.c.image_id == image.c.id) & (project_image.c.project_id == project_id)
    query = (
        select(image.c.id, image.c.identity)
        .where(image.c.identity.startswith(f"clair:{project_id}:", autoescape=True))
        .where(select(project_image.c.image_id).where(seen, project_image.c.deleted_at.is_(None)).exists())
        .order_by(image.c.id)
        .limit(limit)
    )
    if row.image_id is not None:
        query = query.where(image.c.id == row.image_id, image.c.id > after)
    else:
        has = select(unit_finding.c.unit_id).where(unit_finding.c.unit_id == image_unit.c.unit_id, *_of(row))
        query = query.join(image_unit, image_unit.c.image_id == image.c.id)
        query = query.where(has.exists(), image_unit.c.image_id > after).distinct()
    return list(connection.execute(query))


def _abouts(connection: Connection, row: Row[Any]) -> list[About]:
    """The vulnerabilities of an event. A newly indexed image may introduce several."""
    columns = (unit_finding.c.vulnerability, unit_finding.c.package, unit_finding.c.severity, unit_finding.c.fixed_version)
    if row.vulnerability:
        found = connection.execute(select(*columns).where(*_of(row)).order_by(unit_finding.c.unit_id).limit(1)).first()
        known = found or (row.vulnerability, row.package, row.severity, "")
        return [About(row.vulnerability, known[1], row.severity or known[2], known[3])]
    of_image = select(*columns).join(image_unit, image_unit.c.unit_id == unit_finding.c.unit_id)
    of_image = of_image.where(image_unit.c.image_id == row.image_id)
    abouts = []
    for id, package in detail_of(row).get("worst", ()):
        one = of_image.where(unit_finding.c.vulnerability == id, unit_finding.c.package == package)
        abouts += [About(*each) for each in connection.execute(one.limit(1))]
    return abouts


def _of(row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """Conditions that select the findings of an event, whose package has no version."""
    purl = unit_finding.c.package
    begins = (purl.startswith(f"{row.package}{sign}", autoescape=True) for sign in "@?")
    return unit_finding.c.vulnerability == row.vulnerability, or_(purl == row.package, row.package == "", *begins)


def _link(id: str) -> str:
    return f"https://www.cve.org/CVERecord?id={id}" if _CVE.fullmatch(id) else ""


def _entry(row: Row[Any], about: About, image_id: int, digest: str, more: dict[str, str]) -> dict[str, object]:
    name, _, version = about.package.partition("?")[0].rpartition("/")[2].partition("@")
    severity = about.severity.capitalize() or "Unknown"
    number = f"{row.id}.{image_id}" if row.vulnerability else f"{row.id}.{image_id}.{about.vulnerability}.{name}"
    return {
        "id": visible(number),
        "manifest": digest,
        "reason": REASONS[row.kind],
        "vulnerability": {
            "name": visible(about.vulnerability),
            "severity": severity,
            "normalized_severity": severity,
            "fixed_in_version": visible(about.fixed),
            "package": {"id": "", "name": visible(name), "version": visible(version), "kind": "BINARY"},
            "arch_op": "equals",
            **more,
        },
    }


def _notification(text: str) -> Notification:
    match = _ID.fullmatch(text)
    if match is None:
        raise Failure(404, "there is no such notification")
    return Notification(int(match[1]), int(match[2]), int(match[3]))


def _position(text: str, wanted: Notification) -> Position:
    if text in ("", "-1"):
        return Position(wanted.first, 0)
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise Failure(400, "next is not the position of a page")
    return Position(int(match[1]), int(match[2]))


def _size(request: Request) -> int:
    asked = request.query_params.get("page_size", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) < 10 and int(asked)):
        raise Failure(400, "page_size is not a number")
    return min(int(asked or PAGE), MAX_PAGE)

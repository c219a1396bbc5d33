"""Makes messages from the outbox: one for each vulnerability, or a single summary if there are many.

While an update of the advisories or a first load of images runs, its events wait, so that they become one message. With
a digest, all events wait until its time. Each step is a transaction that locks the subscription's row.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, Select, and_, exists, func, or_, select, update

from careen.log import logger

from ..connection import writing
from ..events import lasting, rank_of
from ..fleet import Fleet
from ..rows import batches
from ..tables import (
    delivery,
    event,
    event_project,
    image,
    outbox,
    project,
    project_image,
    rematch_change,
    subscription,
)
from . import wording
from .facts import affected, fits, is_decided
from .links import public_address
from .message import Line, Message
from .overdue import overdue_lines
from .rules import SEVERITIES, Rule, next_digest, rank, rule_of
from .sifting import detail_of, sift

log = logger(__name__)

MOST = 10  # messages made at once; more become a summary
FEW = 20  # images being read; while there are more, the events of newly introduced findings wait
QUIET_S = 6 * 3600.0  # but not longer than this
LINES = 10  # lines of a summary
ROWS = 100  # rows of the outbox; more become a summary, whatever they are about
SUBSCRIPTIONS = 100  # subscriptions in one round
OF_IMAGES = frozenset(("introduced", "image_ready", "image_failed"))
OF_UPDATES = frozenset(("disclosed", "fix_available", "exploited", "resolved"))
TICKETS = ("jira", "github")  # they follow the state of the findings, not single events: ``tickets``


class Made(Struct, frozen=True):
    """A message, and the outbox rows that it contains."""

    message: Message
    rows: frozenset[int]


def gather(fleet: Fleet, now: float) -> int:
    """Makes the due messages of all subscriptions. Returns how many."""
    some = select(outbox.c.id).where(outbox.c.subscription_id == subscription.c.id, outbox.c.state.in_(("waiting", "wanted")))
    due = or_(subscription.c.digest_at <= now, and_(subscription.c.digest_at.is_(None), some.exists()))
    wanted = select(subscription.c.id).where(~subscription.c.paused, due).order_by(subscription.c.id).limit(SUBSCRIPTIONS)
    with fleet.engine.connect() as connection:
        numbers = list(connection.execute(wanted).scalars())
    address = public_address(fleet.engine) if numbers else ""
    made = 0
    for number in numbers:
        try:
            made += _gather_for(fleet, number, address, now)
        except Exception:  # an error in one subscription must not stop the others
            log.exception("the messages of subscription %d could not be made", number)
    return made


def add_delivery(connection: Connection, subscription_id: int, kind: str, message: Message, events: int, now: float) -> int:
    row = {"subscription_id": subscription_id, "key": secrets.token_hex(16), "kind": kind, "title": message.title}
    values = {**row, "body": msgspec.json.encode(message), "events": events, "next_at": now, "created_at": now}
    return int(connection.execute(delivery.insert().values(values).returning(delivery.c.id)).scalar_one())


def _gather_for(fleet: Fleet, number: int, address: str, now: float) -> int:
    while True:
        with _locked(fleet, number) as (connection, sub):
            if sub is None:
                return 0
            rule = rule_of(bytes(sub.rule))
            if rule.digest and sub.digest_at is not None and sub.digest_at > now:  # another worker has made this digest
                return 0
            if not sift(connection, sub, rule, _held(connection, sub, now), now):
                break
    with _locked(fleet, number) as (connection, sub):
        if sub is None or (sub.digest_at is not None and sub.digest_at > now):
            return 0
        name = connection.execute(select(project.c.name).where(project.c.id == sub.project_id)).scalar_one()
        about = wording.About(sub.project_id, name, address, now)
        return _make(connection, sub, rule_of(bytes(sub.rule)), about)


@contextmanager
def _locked(fleet: Fleet, number: int) -> Iterator[tuple[Connection, Row[Any] | None]]:
    """Locks the row of a subscription. Yields None in its place if another worker has the lock, or if it was removed or
    paused.
    """
    wanted = select(subscription).where(subscription.c.id == number, ~subscription.c.paused)
    with writing(fleet.engine) as connection:
        yield connection, connection.execute(wanted.with_for_update(skip_locked=True, key_share=True)).first()


def _held(connection: Connection, sub: Row[Any], now: float) -> frozenset[str]:
    """The kinds of events that have to wait because an update or a load of images still produces more of them."""
    held: frozenset[str] = frozenset()
    oldest = connection.execute(
        select(func.min(outbox.c.at)).where(outbox.c.subscription_id == sub.id, outbox.c.state == "waiting")
    ).scalar()
    if oldest is None or oldest < now - QUIET_S:
        return held
    if connection.execute(select(exists().where(rematch_change.c.kind != ""))).scalar():
        held |= OF_UPDATES
    reading = (
        select(image.c.id)
        .join(project_image, project_image.c.image_id == image.c.id)
        .where(image.c.state.in_(("opening", "reading", "joining")), project_image.c.project_id == sub.project_id)
        .limit(FEW + 1)
    )
    if len(connection.execute(reading).all()) > FEW:
        held |= OF_IMAGES
    return held


def _make(connection: Connection, sub: Row[Any], rule: Rule, about: wording.About) -> int:
    last, count = connection.execute(
        select(func.max(outbox.c.id), func.count()).where(outbox.c.subscription_id == sub.id, outbox.c.state == "wanted")
    ).one()
    if sub.kind in TICKETS:
        if count:
            _take(connection, sub.id, last, None)
            connection.execute(update(subscription).where(subscription.c.id == sub.id).values(checked_at=0.0, left_out=0))
        return 0
    made = 0
    if rule.digest:
        made = _make_digest(connection, sub, rule, about, last, count)
        at = next_digest(rule.digest, about.now)
        connection.execute(update(subscription).where(subscription.c.id == sub.id).values(digest_at=at))
    elif count > ROWS or (count and (sub.kind == "quay" or sub.left_out)):
        made = _make_summary(connection, sub, about, last, count)
    elif count:
        made = _make_each(connection, sub, rule, about, last, count)
    return made


def _make_digest(connection: Connection, sub: Row[Any], rule: Rule, about: wording.About, last: int, count: int) -> int:
    late = overdue_lines(connection, about)
    if not count and not late and not sub.left_out:
        return 0
    assert rule.digest is not None
    every = rule.digest.every
    message = _summary(connection, sub, about, "digest", every, late)
    _take(connection, sub.id, last, add_delivery(connection, sub.id, "digest", message, count, about.now))
    return 1


def _make_summary(connection: Connection, sub: Row[Any], about: wording.About, last: int, count: int) -> int:
    message = _summary(connection, sub, about, "summary", "", ())
    _take(connection, sub.id, last, add_delivery(connection, sub.id, "summary", message, count, about.now))
    return 1


def _make_each(connection: Connection, sub: Row[Any], rule: Rule, about: wording.About, last: int, count: int) -> int:
    rows = connection.execute(
        _wanted(sub.id).with_only_columns(outbox.c.id.label("row"), event, event_project.c.images.label("here"))
    ).all()
    found = list(_messages(connection, rule, about, rows))
    if len(found) > MOST:
        return _make_summary(connection, sub, about, last, count)
    for made in found:
        id = add_delivery(connection, sub.id, "message", made.message, len(made.rows), about.now)
        for some in batches(sorted(made.rows), ROWS):
            connection.execute(update(outbox).where(outbox.c.id.in_(some)).values(state="gathered", delivery_id=id))
    left = (outbox.c.subscription_id == sub.id, outbox.c.state == "wanted", outbox.c.id <= last)
    connection.execute(update(outbox).where(*left).values(state="skipped"))  # all rows were below the rule's severity
    return len(found)


def _take(connection: Connection, subscription_id: int, last: int | None, id: int | None) -> None:
    if last is not None:
        those = (outbox.c.subscription_id == subscription_id, outbox.c.state == "wanted", outbox.c.id <= last)
        connection.execute(update(outbox).where(*those).values(state="gathered", delivery_id=id))


def _wanted(subscription_id: int) -> Select[Any]:
    """Selects the wanted outbox rows with their events, and how many images of the project each event is about."""
    of_project = and_(event_project.c.event_id == event.c.id, event_project.c.project_id == subscription.c.project_id)
    joined = (
        outbox.join(event, event.c.id == outbox.c.event_id)
        .join(subscription, subscription.c.id == outbox.c.subscription_id)
        .outerjoin(event_project, of_project)
    )
    wanted = select(outbox.c.id).select_from(joined)
    return wanted.where(outbox.c.subscription_id == subscription_id, outbox.c.state == "wanted")


# --- single messages --------------------------------------------------------------------------------------------------


def _messages(connection: Connection, rule: Rule, about: wording.About, rows: Sequence[Row[Any]]) -> Iterator[Made]:
    """Yields one message for each vulnerability, and messages for events about images, sources and releases."""
    by_id: dict[str, list[tuple[str, str, Row[Any]]]] = {}
    others: dict[str, list[Row[Any]]] = {}
    for row in rows:
        new = detail_of(row).get("worst", ()) if row.kind == "introduced" else ()
        if row.vulnerability:
            by_id.setdefault(row.vulnerability, []).append((row.kind, row.package, row))
        elif new and detail_of(row).get("count", 0) <= MOST:
            for id, package in new:
                by_id.setdefault(str(id), []).append((row.kind, str(package), row))
        else:
            others.setdefault(row.kind, []).append(row)
    for id, of_id in by_id.items():
        if message := _of_vulnerability(connection, rule, about, id, of_id):
            yield Made(message, frozenset(row.row for _, _, row in of_id))
    for kind, of_kind in others.items():
        yield from _of_others(about, kind, of_kind)


def _of_vulnerability(
    connection: Connection, rule: Rule, about: wording.About, id: str, rows: Sequence[tuple[str, str, Row[Any]]]
) -> Message | None:
    packages = {lasting(package) for _, package, _ in rows}
    found = affected(connection, about.project_id, id, packages, about.address, about.now)
    of_image = [(kind, package) for kind, package, row in rows if not row.vulnerability]
    if of_image and len(of_image) == len(rows):  # the events were of images: the rule has not seen the vulnerability yet
        severity = found.of.severity if found.of else ""
        decided = all(is_decided(connection, about.project_id, id, package, about.now) for _, package in of_image)
        if found.of is None or decided or not rule.wants("introduced", severity):
            return None
        if not fits(connection, about.project_id, rule, found):
            return None
    changes: dict[str, float] = {}
    for kind, _, row in rows:
        changes[kind] = max(row.at, changes.get(kind, 0.0))
    counted = max(row.here or 0 for _, _, row in rows)
    worst = max((row.severity for _, _, row in rows), key=rank)
    return wording.of_vulnerability(about, id, changes, found, counted, worst)


def _of_others(about: wording.About, kind: str, rows: Sequence[Row[Any]]) -> Iterator[Made]:
    details = [detail_of(row) for row in rows]
    everything = frozenset(row.row for row in rows)
    if kind == "source_failed":
        sources = {str(name): str(why) for detail in details for name, why in detail.get("sources", {}).items()}
        yield Made(wording.of_sources(about, sources), everything)
    elif kind == "end_of_life":
        for row, detail in zip(rows, details, strict=True):
            message = wording.of_ended_support(about, detail.get("namespace", ""), detail.get("ended", ""), row.here or 0)
            yield Made(message, frozenset((row.row,)))
    else:
        yield Made(wording.of_images(about, kind, details[:LINES], max(0, len(rows) - LINES)), everything)


# --- summaries --------------------------------------------------------------------------------------------------------


def _summary(
    connection: Connection, sub: Row[Any], about: wording.About, kind: str, every: str, late: Sequence[Line]
) -> Message:
    """A summary or digest. The database counts the events, whatever their number; only the worst are listed."""
    wanted = _wanted(sub.id)
    rows = connection.execute(
        wanted.with_only_columns(event.c.kind, func.count().label("number"), func.max(rank_of(event.c.severity)).label("worst"))
        .group_by(event.c.kind)
        .order_by(event.c.kind)
    ).all()
    counts = {row.kind: int(row.number) for row in rows}
    first, last = connection.execute(wanted.with_only_columns(func.min(event.c.id), func.max(event.c.id))).one()
    lines = list(_lines(about, connection.execute(_worst(wanted)).all()))
    shown = lines[:LINES]
    severity = SEVERITIES[max((row.worst for row in rows), default=0)] if rows else ""
    more = max(0, sum(counts.values()) - len(shown))
    if sub.left_out:
        shown.append(wording.of_pause(about, sub.left_out))
        connection.execute(update(subscription).where(subscription.c.id == sub.id).values(left_out=0))
    named = {name: counts[name] for name in wording.COUNTED if name in counts}
    message = wording.of_many(about, kind, named, (*shown, *late), more, "" if severity == "unknown" else severity, every)
    return msgspec.structs.replace(message, first_event=first or 0, last_event=last or 0)


def _worst(wanted: Select[Any]) -> Select[Any]:
    columns = (event, event_project.c.images.label("here"))
    return wanted.with_only_columns(*columns).order_by(rank_of(event.c.severity).desc(), event.c.id).limit(4 * LINES)


def _lines(about: wording.About, rows: Iterable[Row[Any]]) -> Iterator[Line]:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row.vulnerability:
            if (row.kind, row.vulnerability) in seen:
                continue
            seen.add((row.kind, row.vulnerability))
            yield wording.line_of(about, row.kind, row.vulnerability, row.package, row.severity, row.here or 0)
        elif row.kind in OF_IMAGES:
            yield from wording.of_images(about, row.kind, [detail_of(row)], 0).lines

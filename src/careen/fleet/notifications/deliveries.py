"""The delivery of messages. A worker claims a message for a limited time; it is sent, tried again later, or given up
with the reason.

Delivery is at least once. A try is counted in a transaction before anything is sent. If the worker dies, the next try
has a higher number, which warns the receiver that it may have the message already. Only the latest claim may store a
result.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, update

from careen.log import logger
from careen.output.escape import visible

from ..connection import writing
from ..fleet import Fleet
from ..tables import delivery, subscription

log = logger(__name__)

LEASE_S = 600.0  # longer than all tries of one round take
TRIES = 20  # which take about a day
FIRST_S, LONGEST_S = 10.0, 2 * 3600.0  # pauses between tries
PATIENT = 3  # after so many failures in a row, a receiver gets one message at a time
AT_ONCE = 8  # messages to one subscription
RECEIVERS = 100  # receivers considered in one round
ROUND = 16  # messages of one round


class Claimed(Struct, frozen=True):
    id: int
    subscription_id: int
    project_id: int
    channel: str
    target: bytes  # sealed
    key: str
    kind: str
    body: bytes
    attempt: int
    claim: int


class Outcome(Struct, frozen=True):
    """The result of a try. An empty ``code`` means that the message was sent. ``lasting``: another try would fail too."""

    code: str = ""
    trouble: str = ""
    lasting: bool = False


def claim(fleet: Fleet, worker: str, now: float) -> list[Claimed]:
    """Claims some of the due messages for this worker."""
    with fleet.engine.connect() as connection:
        due = select(delivery.c.id).where(delivery.c.subscription_id == subscription.c.id, _is_due(now)).exists()
        receivers = connection.execute(
            select(subscription.c.id, subscription.c.failures)
            .where(~subscription.c.paused, subscription.c.hold_until <= now, due)
            .order_by(func.coalesce(subscription.c.sent_at, 0.0), subscription.c.id)
            .limit(RECEIVERS)
        ).all()
    claimed: list[Claimed] = []
    for receiver in random.sample(receivers, len(receivers)):  # no receiver with many messages comes before all others
        if len(claimed) >= ROUND:
            break
        some = AT_ONCE if receiver.failures < PATIENT else 1
        with writing(fleet.engine) as connection:
            claimed += _claim_some(connection, receiver.id, worker, some, now)
    return claimed


def settle(
    fleet: Fleet,
    claimed: Claimed,
    outcome: Outcome,
    now: float,
    also: Callable[[Connection], None] | None = None,
    jitter: Callable[[], float] = random.random,
) -> bool:
    """Stores the result of a try, and whatever ``also`` writes, in one transaction. Returns False if another worker has
    claimed the message meanwhile.
    """
    mine = (delivery.c.id == claimed.id, delivery.c.claim == claimed.claim, delivery.c.state == "claimed")
    trouble = visible(outcome.trouble, 500)
    if not outcome.code:
        values: dict[str, Any] = {"state": "sent", "sent_at": now, "next_at": now, "code": "", "trouble": ""}
    elif outcome.lasting or claimed.attempt >= TRIES:
        values = {"state": "dead", "next_at": now, "code": outcome.code, "trouble": trouble}
    else:
        later = now + pause_s(claimed.attempt, jitter())
        values = {"state": "waiting", "next_at": later, "code": outcome.code, "trouble": trouble}
    with writing(fleet.engine) as connection:
        if connection.execute(update(delivery).where(*mine).values(lease_until=0.0, **values)).rowcount != 1:
            log.warning("the message %s was given to another worker meanwhile", claimed.key)
            return False
        _note_receiver(connection, claimed.subscription_id, outcome, now, jitter())
        if also is not None:
            also(connection)
    if values["state"] == "dead":
        log.warning("the message %s was given up: %s: %s", claimed.key, outcome.code, trouble)
    return True


def retry(connection: Connection, project_id: int, delivery_id: int, now: float) -> Row[Any] | None:
    """Schedules one more try now for a message that was sent or given up. Returns its row; None if the project has no
    such message.
    """
    row = find(connection, project_id, delivery_id)
    if row is not None and row.state != "claimed":
        one = (delivery.c.id == delivery_id, delivery.c.state != "claimed")
        connection.execute(update(delivery).where(*one).values(state="waiting", next_at=now))
        held = update(subscription).where(subscription.c.id == row.subscription_id)
        connection.execute(held.values(hold_until=0.0))
    return find(connection, project_id, delivery_id)


def find(connection: Connection, project_id: int, delivery_id: int) -> Row[Any] | None:
    wanted = listed(project_id).where(delivery.c.id == delivery_id)
    return connection.execute(wanted).first()


def listed(project_id: int) -> Select[Any]:
    """Selects the messages of a project; the caller adds order and limits."""
    columns = (delivery, subscription.c.kind.label("channel"), subscription.c.name.label("subscription"))
    joined = select(*columns).join(subscription, subscription.c.id == delivery.c.subscription_id)
    return joined.where(subscription.c.project_id == project_id)


def pause_s(attempt: int, jitter: float) -> float:
    """The pause before the next try, in seconds: it doubles with each try. ``jitter`` (0 to 1) spreads messages that
    failed together.
    """
    return float(min(LONGEST_S, FIRST_S * 2 ** min(attempt - 1, 30))) * (0.5 + jitter)


def _is_due(now: float) -> ColumnElement[bool]:
    waits = and_(delivery.c.state == "waiting", delivery.c.next_at <= now)
    return or_(waits, and_(delivery.c.state == "claimed", delivery.c.lease_until < now))


def _claim_some(connection: Connection, subscription_id: int, worker: str, limit: int, now: float) -> list[Claimed]:
    due = (
        select(delivery.c.id)
        .where(delivery.c.subscription_id == subscription_id, _is_due(now))
        .order_by(delivery.c.next_at, delivery.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    numbers = list(connection.execute(due).scalars())
    if not numbers:
        return []
    worn_out = and_(delivery.c.state == "claimed", delivery.c.tries >= TRIES)  # its worker died during each try
    ended = {"state": "dead", "next_at": now, "code": "worker_ended", "trouble": "the worker that sends it ended each time"}
    connection.execute(update(delivery).where(delivery.c.id.in_(numbers), worn_out).values(**ended))
    taking = (
        update(delivery)
        .where(delivery.c.id.in_(numbers), delivery.c.state.in_(("waiting", "claimed")))
        .values(
            state="claimed",
            tries=delivery.c.tries + 1,
            claim=delivery.c.claim + 1,
            worker_id=worker,
            lease_until=now + LEASE_S,
        )
    )
    connection.execute(taking)
    columns = (delivery, subscription.c.project_id, subscription.c.kind.label("channel"), subscription.c.target)
    rows = connection.execute(
        select(*columns)
        .join(subscription, subscription.c.id == delivery.c.subscription_id)
        .where(delivery.c.id.in_(numbers), delivery.c.state == "claimed")
        .order_by(delivery.c.id)
    )
    return [_claimed(row) for row in rows]


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        row.id, row.subscription_id, row.project_id, row.channel, bytes(row.target), row.key, row.kind, bytes(row.body),
        row.tries, row.claim,
    )  # fmt: skip


def _note_receiver(connection: Connection, subscription_id: int, outcome: Outcome, now: float, jitter: float) -> None:
    """Stores the success or failure of a receiver, which pauses after several failures in a row. A lasting error
    concerns the message alone and is not counted.
    """
    one = update(subscription).where(subscription.c.id == subscription_id)
    if not outcome.code:
        connection.execute(one.values(failures=0, hold_until=0.0, sent_at=now))
    elif not outcome.lasting:
        failures = connection.execute(one.values(failures=subscription.c.failures + 1).returning(subscription.c.failures))
        count = int(failures.scalar_one())
        if count >= PATIENT:
            connection.execute(one.values(hold_until=now + pause_s(count - PATIENT + 1, jitter)))


def counts(connection: Connection) -> Sequence[Row[Any]]:
    """The number of messages by channel and state, and the creation time of the oldest unsent one."""
    waits = case((delivery.c.state.in_(("waiting", "claimed")), delivery.c.created_at))
    columns = (subscription.c.kind, delivery.c.state, func.count().label("number"), func.min(waits).label("oldest"))
    joined = select(*columns).join(subscription, subscription.c.id == delivery.c.subscription_id)
    return connection.execute(joined.group_by(subscription.c.kind, delivery.c.state)).all()

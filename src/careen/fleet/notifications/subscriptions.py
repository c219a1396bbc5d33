"""Subscriptions of projects: added, changed, tested and removed, for the API and the pages.

Raises: UsageError for an invalid subscription, NotListedError for an address that must not be contacted.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, delete, func, select, update

from careen.errors import Error, UsageError
from careen.output.escape import visible

from ..fleet import Fleet
from ..tables import delivery, project, subscription
from . import rules, sending, targets
from .channels import email, github, jira, webhook
from .channels.posted import SendError
from .links import public_address
from .message import Outgoing
from .rules import Rule, encoded, next_digest, rule_of
from .sample import sample
from .tickets import Ticket

MOST = 100  # subscriptions of one project
SAMPLE_KEY = "0" * 32


class Subscription(Struct, frozen=True):
    """A subscription without its secrets. ``place`` is a host. ``waiting`` and ``dead`` count its messages. ``secret``
    is shown once, if it is new.
    """

    id: int
    name: str
    kind: str
    place: str
    rule: Rule
    paused: bool
    created_at: float
    digest_at: float | None
    sent_at: float | None
    failures: int
    waiting: int
    dead: int
    secret: str = ""


class Wanted(Struct, frozen=True):
    """The requested values of a subscription. ``target`` has the fields of the channel's target struct."""

    name: str
    kind: str
    target: Mapping[str, Any]
    rule: Rule = Rule()
    paused: bool = False


def add(fleet: Fleet, connection: Connection, project_id: int, wanted: Wanted, target: Struct, now: float) -> Subscription:
    """Adds a subscription. ``target`` is the result of ``checked``. Raises UsageError if the project has too many."""
    count = connection.execute(select(func.count()).where(subscription.c.project_id == project_id)).scalar_one()
    if count >= MOST:
        raise UsageError(f"the project has {MOST} subscriptions, the maximum", "remove one")
    values = {"project_id": project_id, "kind": wanted.kind, "created_at": now, **_columns(fleet, wanted, target, now)}
    number = connection.execute(subscription.insert().values(values).returning(subscription.c.id)).scalar_one()
    found = find(fleet, connection, project_id, number)
    assert found is not None
    is_new = isinstance(target, webhook.WebhookTarget) and wanted.target.get("secret") is None
    return replace(found, secret=target.secret) if is_new and isinstance(target, webhook.WebhookTarget) else found


def checked(fleet: Fleet, wanted: Wanted, known: bytes = b"") -> Struct:
    """Checks the request and returns its target. It runs before a transaction, because it resolves host names. A
    webhook without a secret gets a new one.
    """
    rules.check(wanted.rule)
    target = targets.made(fleet, wanted.kind, wanted.target, known)
    if isinstance(target, webhook.WebhookTarget) and not target.secret:
        return replace(target, secret=webhook.new_secret())
    return target


def change(
    fleet: Fleet, connection: Connection, project_id: int, number: int, wanted: Wanted, target: Struct, now: float
) -> Subscription | None:
    """Replaces the values of a subscription; None if the project has no such subscription."""
    own = (subscription.c.id == number, subscription.c.project_id == project_id, subscription.c.kind == wanted.kind)
    values = {**_columns(fleet, wanted, target, now), "hold_until": 0.0, "failures": 0}
    if connection.execute(update(subscription).where(*own).values(values)).rowcount == 0:
        return None
    return find(fleet, connection, project_id, number)


def remove(connection: Connection, project_id: int, number: int) -> bool:
    """Removes a subscription with its messages. Returns whether the project had it."""
    own = (subscription.c.id == number, subscription.c.project_id == project_id)
    return connection.execute(delete(subscription).where(*own)).rowcount > 0


def row_of(connection: Connection, project_id: int, number: int) -> Row[Any] | None:
    return connection.execute(listed(project_id).where(subscription.c.id == number)).first()


def find(fleet: Fleet, connection: Connection, project_id: int, number: int) -> Subscription | None:
    row = row_of(connection, project_id, number)
    return None if row is None else shown(fleet, row)


def listed(project_id: int) -> Select[Any]:
    """Selects the rows that ``shown`` takes; the caller adds order and limits."""

    def count(*states: str) -> Any:
        of_one = select(func.count()).where(delivery.c.subscription_id == subscription.c.id, delivery.c.state.in_(states))
        return of_one.scalar_subquery()

    columns = (count("waiting", "claimed").label("waiting"), count("dead").label("dead"))
    return select(subscription, *columns).where(subscription.c.project_id == project_id)


def shown(fleet: Fleet, row: Row[Any]) -> Subscription:
    try:
        place = targets.place_of(targets.opened(fleet, row.kind, bytes(row.target)))
    except Error:
        place = ""  # the key is missing: a test of the subscription reports it
    return Subscription(
        row.id, row.name, row.kind, visible(place), rule_of(bytes(row.rule)), row.paused, row.created_at, row.digest_at,
        row.sent_at, row.failures, row.waiting, row.dead,
    )  # fmt: skip


def try_out(fleet: Fleet, project_id: int, row: Row[Any], now: float, net: sending.Network | None = None) -> str:
    """Sends an invented message at once. Returns why it did not arrive, or "". For a tracker, only its access is
    checked; no ticket is opened.
    """
    net = net or sending.network(fleet)
    try:
        target = targets.opened(fleet, row.kind, bytes(row.target))
        if isinstance(target, jira.JiraTarget):
            jira.try_out(target, net.fetcher)
        elif isinstance(target, github.GitHubTarget):
            github.try_out(target, net.fetcher)
        else:
            outgoing = _sample(fleet, project_id, row.id, now)
            sending.send(row.kind, outgoing, target, net)
    except SendError as error:
        return visible(error.trouble)
    except Error as error:
        return visible(str(error))
    return ""


def preview(fleet: Fleet, project_id: int, kind: str, now: float) -> tuple[str, str]:
    """The media type and the text of an invented message, as the channel would send it."""
    outgoing = replace(_sample(fleet, project_id, 0, now), key=SAMPLE_KEY)
    if kind == "smtp":
        target = email.MailTarget("mail.example", "careen@mail.example", ("team@mail.example",))
        return "message/rfc822", email.made(outgoing, target).as_string()
    if kind in sending.TRACKERS:
        message = outgoing.message
        wanted = Ticket("open", 0, SAMPLE_KEY, message.title, message.title, message.link)
        return "text/plain", jira.description(wanted) if kind == "jira" else github.body(wanted)
    target = targets.TARGETS[kind](url="https://receiver.example/")
    return "application/json", msgspec.json.format(sending.POSTED[kind](outgoing, target).body).decode()


def _sample(fleet: Fleet, project_id: int, subscription_id: int, now: float) -> Outgoing:
    with fleet.engine.connect() as connection:
        name = connection.execute(select(project.c.name).where(project.c.id == project_id)).scalar_one()
    address = public_address(fleet.engine)
    message = sample(project_id, visible(name), address, now)
    return Outgoing(webhook.new_key(), 1, message, now, subscription_id, address)


def _columns(fleet: Fleet, wanted: Wanted, target: Struct, now: float) -> dict[str, Any]:
    digest = wanted.rule.digest
    return {
        "name": wanted.name,
        "target": targets.sealed(fleet, target),
        "rule": encoded(wanted.rule),
        "paused": wanted.paused,
        "digest_at": next_digest(digest, now) if digest else None,
    }

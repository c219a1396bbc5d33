"""Subscriptions to events, sent messages, and failed messages."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Row

from careen.fleet.notifications import deliveries, subscriptions
from careen.fleet.notifications.rules import CONDITIONS, Digest, Kind, Rule
from careen.fleet.notifications.subscriptions import Subscription, Wanted
from careen.fleet.tables import delivery, subscription
from careen.policy.rules import Severity
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import not_found, unprocessable

Channel = Literal["webhook", "cloudevents", "slack", "teams", "smtp", "quay", "jira", "github"]
Line = r"^[^\x00-\x1f\x7f]*\Z"
Printable = Annotated[str, Meta(max_length=2000, pattern=r"^[!-~]+\Z")]
Text = Annotated[str, Meta(max_length=1000, pattern=Line)]


class NotificationTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the targets of all channels; ``targets`` checks which a channel needs."""

    url: Printable | None = None
    secret: Printable | None = None
    token: Printable | None = None
    psk: Printable | None = None
    binary: bool | None = None
    host: Annotated[str, Meta(max_length=255, pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]*\Z")] | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    security: Literal["tls", "starttls", "none"] | None = None
    username: Annotated[str, Meta(max_length=320, pattern=Line)] | None = None
    password: Text | None = None
    sender: Printable | None = None
    to: Annotated[
        tuple[Annotated[str, Meta(max_length=320, pattern=r"^[!-~]+\Z")], ...], Meta(min_length=1, max_length=50)
    ] | None = None  # fmt: skip
    repository: Printable | None = None
    project: Printable | None = None
    user: Printable | None = None
    issue_type: Annotated[str, Meta(max_length=100, pattern=Line)] | None = None

    def __repr__(self) -> str:
        return "NotificationTarget(…)"


class NewSubscription(Struct, frozen=True, forbid_unknown_fields=True):
    kind: Channel
    target: NotificationTarget
    name: Annotated[str, Meta(max_length=200, pattern=Line)] = ""
    events: Annotated[tuple[Kind, ...], Meta(max_length=9)] = ()
    severity: Severity | None = None
    exploited: bool = False
    running: bool = False
    exposed: bool = False
    fixable: bool = False
    digest: Digest | None = None
    paused: bool = False

    @property
    def wanted(self) -> Wanted:
        kinds = tuple(dict.fromkeys(self.events))
        conditions = {name: getattr(self, name) for name in CONDITIONS}
        rule = Rule(kinds, self.severity or "", digest=self.digest, **conditions)
        return Wanted(self.name, self.kind, msgspec.to_builtins(self.target), rule, self.paused)


def list_subscriptions(call: Call) -> Answer:
    wanted = subscriptions.listed(call.project)
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(subscription.c.id, False)], lambda row: _of_row(call, row)))


def create_subscription(call: Call, body: NewSubscription) -> Answer:
    """Adds a subscription. Its target is stored sealed and never shown again, because its URL may contain a token."""
    wanted = body.wanted
    target = subscriptions.checked(call.fleet, wanted)
    with call.changing(body.name or body.kind, body.kind) as connection:
        made = subscriptions.add(call.fleet, connection, call.project, wanted, target, call.now)
    return Answer(_shown(made))


def read_subscription(call: Call) -> Answer:
    return Answer(_of_row(call, _row(call)))


def change_subscription(call: Call, body: NewSubscription) -> Answer:
    row = _row(call)
    if row.kind != body.kind:
        raise unprocessable(f"the kind of the subscription is {row.kind} and cannot change", "kind", "make a new subscription")
    wanted = body.wanted
    target = subscriptions.checked(call.fleet, wanted, bytes(row.target))
    with call.changing(row.id, body.name) as connection:
        made = subscriptions.change(call.fleet, connection, call.project, row.id, wanted, target, call.now)
        if made is None:
            raise not_found()
    return Answer(_shown(made))


def delete_subscription(call: Call) -> Answer:
    number = call.path["subscription"]
    with call.changing(number) as connection:
        if not subscriptions.remove(connection, call.project, number):
            raise not_found()
    return Answer()


def test_subscription(call: Call) -> Answer:
    row = _row(call)
    with call.changing(row.id):
        pass
    trouble = subscriptions.try_out(call.fleet, call.project, row, call.now)
    return Answer({"works": not trouble, "trouble": trouble})


def preview_notification(call: Call) -> Answer:
    media_type, text = subscriptions.preview(call.fleet, call.project, call.path["channel"], 0.0)
    return Answer({"media_type": media_type, "text": text})


def list_deliveries(call: Call) -> Answer:
    wanted = deliveries.listed(call.project)
    if call.query["state"] is not None:
        wanted = wanted.where(delivery.c.state == call.query["state"])
    if call.query["subscription"] is not None:
        wanted = wanted.where(delivery.c.subscription_id == call.query["subscription"])
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(delivery.c.id, True)], _delivery))


def retry_delivery(call: Call) -> Answer:
    number = call.path["delivery"]
    with call.changing(number) as connection:
        row = deliveries.retry(connection, call.project, number, call.now)
        if row is None:
            raise not_found()
    return Answer(_delivery(row))


def _row(call: Call) -> Row[Any]:
    with call.reading() as connection:
        row = subscriptions.row_of(connection, call.project, call.path["subscription"])
    if row is None:
        raise not_found()
    return row


def _of_row(call: Call, row: Row[Any]) -> dict[str, Any]:
    return _shown(subscriptions.shown(call.fleet, row))


def _shown(found: Subscription) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(found, name) for name in found.__struct_fields__ if name != "rule"}
    rule = found.rule
    of_rule = {"events": rule.kinds, "severity": rule.severity or None, "digest": rule.digest}
    conditions = {name: getattr(rule, name) for name in CONDITIONS}
    return {**values, **of_rule, **conditions, "secret": found.secret or None}


def _delivery(row: Row[Any]) -> dict[str, Any]:
    names = (
        "id", "key", "kind", "channel", "subscription", "subscription_id", "title", "events", "state", "tries", "next_at",
        "created_at", "sent_at", "code", "trouble",
    )  # fmt: skip
    return {name: row._mapping[name] for name in names}


OPERATIONS = (
    list_subscriptions, create_subscription, read_subscription, change_subscription, delete_subscription, test_subscription,
    preview_notification, list_deliveries, retry_delivery,
)  # fmt: skip

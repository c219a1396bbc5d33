"""Subscriptions to events, the outbox of events for them, and the messages sent.

An event becomes a row of ``outbox`` for each subscription that wants it, in the transaction that makes the event. Later
the rows of a subscription are gathered into ``delivery`` rows: one message each, which is sent until it arrives or is
given up.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from .base import Moment, Number, metadata, number, of

subscription = Table(
    "subscription",
    metadata,
    number(),
    of("project"),
    Column("name", String(200), nullable=False, default=""),
    Column("kind", String(20), nullable=False),  # webhook, cloudevents, slack, teams, smtp, quay, jira, github
    Column("target", LargeBinary, nullable=False),  # encrypted JSON: addresses and keys
    Column("rule", LargeBinary, nullable=False, default=b""),  # JSON: which events, and when
    Column("paused", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    Column("digest_at", Moment),  # when the next digest is made; NULL: messages are made at once
    Column("checked_at", Moment, nullable=False, default=0.0),  # when its tickets were last compared with the findings
    Column("hold_until", Moment, nullable=False, default=0.0),  # after failures: the time of the next try
    Column("failures", Integer, nullable=False, default=0),  # consecutive failures
    Column("sent_at", Moment),  # when a message last arrived
    Column("left_out", Integer, nullable=False, server_default="0"),  # events of a pause that were not kept for a message
)

# Which projects see an event, and the number of their affected images.
event_project = Table(
    "event_project",
    metadata,
    of("project", primary=True),
    Column("event_id", Number, primary_key=True, autoincrement=False),
    Column("images", Integer, nullable=False, default=0),
    Index(None, "event_id"),
)

outbox = Table(
    "outbox",
    metadata,
    number(),
    Column("event_id", Number, nullable=False),
    of("subscription"),
    Column("at", Moment, nullable=False),
    Column(
        "state", String(10), nullable=False, default="waiting"
    ),  # waiting, wanted, skipped (by the rule, or a repeat), gathered
    Column("delivery_id", Number),  # the message that contains it
    Index(None, "subscription_id", "state", "id"),
    Index(None, "event_id"),
    Index(None, "state", "at"),
)

delivery = Table(
    "delivery",
    metadata,
    number(),
    of("subscription"),
    Column("key", String(40), nullable=False, unique=True),  # by which a receiver recognises a repeated message
    Column("kind", String(20), nullable=False),  # message, summary, digest, ticket
    Column("title", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # JSON: the message, the same for every try
    Column("events", Integer, nullable=False, default=0),  # number of events in the message
    Column("state", String(10), nullable=False, default="waiting"),  # waiting, claimed, sent, dead
    Column("tries", Integer, nullable=False, default=0),  # number of tries begun
    Column("claim", Number, nullable=False, default=0),  # fencing token: only the latest may write the result
    Column("worker_id", String(100), nullable=False, default=""),
    Column("lease_until", Moment, nullable=False, default=0.0),
    Column("next_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("code", String(20), nullable=False, default=""),  # why it was not sent
    Column("trouble", Text, nullable=False, default=""),
    Index(None, "state", "next_at"),
    Index(None, "subscription_id", "id"),
    Index("ix_delivery_due", "subscription_id", "state", "next_at"),
)

# Recent notifications of a subscription, so that a change that comes and goes causes one message.
notified = Table(
    "notified",
    metadata,
    of("subscription", primary=True),
    Column("kind", String(20), primary_key=True),
    Column("vulnerability", String(100), primary_key=True),
    Column("package", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)

# Tickets in the tracker of a subscription: one for each package that an update would fix.
ticket = Table(
    "ticket",
    metadata,
    number(),
    of("subscription"),
    Column("package", Text, nullable=False),  # purl without version
    Column("content", String(64), nullable=False, default=""),  # digest of the parts whose change causes an update
    Column("remote", String(200), nullable=False, default=""),  # the ticket's key or number in the tracker
    Column("state", String(10), nullable=False, default="opening"),  # opening, open, changing, closing, closed
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Index(None, "subscription_id", "state"),
)

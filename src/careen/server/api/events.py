"""What happened to the images of a project, who is notified, and what runs."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Row, delete, select, update

from careen.fleet.overview import seen_by
from careen.fleet.tables import agent_report, event, image, project_image, subscription
from careen.policy.rules import Severity
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import not_found

BATCH = 500
EventKind = Literal[
    "introduced", "disclosed", "fix_available", "exploited", "end_of_life", "resolved", "source_failed", "image_ready",
    "image_failed",
]  # fmt: skip
Line = r"^[^\x00-\x1f\x7f]*\Z"


class NewSubscription(Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["webhook", "slack", "teams", "smtp", "cloudevents", "quay"]
    target: Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[!-~]+\Z")]
    events: Annotated[tuple[EventKind, ...], Meta(max_length=9)] = ()
    severity: Severity | None = None


class Workload(Struct, frozen=True, forbid_unknown_fields=True):
    reference: Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[!-~]+\Z")]
    namespace: Annotated[str, Meta(max_length=200, pattern=Line)] = ""
    workload: Annotated[str, Meta(max_length=300, pattern=Line)] = ""
    digest: Annotated[str, Meta(max_length=150, pattern=r"^(sha256:[0-9a-f]{64})?\Z")] = ""
    privileged: bool = False


class Running(Struct, frozen=True, forbid_unknown_fields=True):
    workloads: Annotated[tuple[Workload, ...], Meta(max_length=100_000)]


class Rule(Struct, frozen=True):
    """What a subscription is notified of: no kinds are all kinds."""

    events: tuple[str, ...] = ()
    severity: str | None = None


def list_events(call: Call) -> Answer:
    """Of images that the project sees, and of vulnerabilities that one of them has."""
    wanted = select(event, image.c.identity).outerjoin(image, image.c.id == event.c.image_id).where(seen_by(call.project))
    if call.query["kind"] is not None:
        wanted = wanted.where(event.c.kind == call.query["kind"])
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(event.c.id, True)], _event))


def list_subscriptions(call: Call) -> Answer:
    wanted = select(subscription).where(subscription.c.project_id == call.project)
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(subscription.c.id, False)], _subscription))


def create_subscription(call: Call, body: NewSubscription) -> Answer:
    """The target is sealed, and never shown again: its address may hold a token."""
    rule = msgspec.json.encode(Rule(body.events, body.severity))
    with call.changing(body.kind) as connection:
        row = {"project_id": call.project, "kind": body.kind, "rule": rule, "created_at": call.now}
        sealed = call.fleet.seal(body.target.encode())
        created = connection.execute(subscription.insert().values(**row, target=sealed)).inserted_primary_key
        assert created is not None
        made = connection.execute(select(subscription).where(subscription.c.id == created[0])).one()
    return Answer(_subscription(made))


def delete_subscription(call: Call) -> Answer:
    number = call.path["subscription"]
    own = (subscription.c.id == number, subscription.c.project_id == call.project)
    with call.changing(number) as connection:
        if connection.execute(delete(subscription).where(*own)).rowcount == 0:
            raise not_found()
    return Answer()


def set_running(call: Call, body: Running) -> Answer:
    """The images that run are marked so, which puts them first; those of other projects are not touched."""
    source = call.path["source"]
    entries = {(entry.namespace, entry.workload, entry.digest): entry for entry in body.workloads}
    rows = [
        msgspec.structs.asdict(entry) | {"project_id": call.project, "source": source, "at": call.now}
        for entry in entries.values()
    ]
    digests = sorted({entry.digest for entry in entries.values() if entry.digest})
    seen = select(project_image.c.image_id).where(
        project_image.c.project_id == call.project, project_image.c.deleted_at.is_(None)
    )
    known = 0
    with call.changing(source, f"{len(rows)} workloads") as connection:
        own = (agent_report.c.project_id == call.project, agent_report.c.source == source)
        connection.execute(delete(agent_report).where(*own))
        for at in range(0, len(rows), BATCH):
            connection.execute(agent_report.insert(), rows[at : at + BATCH])
        for at in range(0, len(digests), BATCH):
            running = update(image).where(image.c.digest.in_(digests[at : at + BATCH]), image.c.id.in_(seen))
            known += connection.execute(running.where(image.c.kind == "image").values(runs_at=call.now)).rowcount
    return Answer({"workloads": len(rows), "known": known})


def _event(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "at", "kind", "vulnerability", "package", "severity", "identity", "images")
    return {name: row._mapping[name] for name in names}


def _subscription(row: Row[Any]) -> dict[str, Any]:
    rule = msgspec.json.decode(row.rule or b"{}")
    shown = {"id": row.id, "kind": row.kind, "created_at": row.created_at}
    return shown | {"events": rule.get("events", []), "severity": rule.get("severity")}


OPERATIONS = (list_events, list_subscriptions, create_subscription, delete_subscription, set_running)

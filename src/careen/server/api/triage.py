"""Open findings, and decisions about many findings at once: previewed, made, revoked, and adopted from a base image."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from careen.fleet import base_statements, overdue, triage
from careen.fleet.triage import Batch, Target
from careen.server import cursors
from careen.server.call import Answer, Call
from careen.server.errors import not_found

from .images import row_of

FILTERS = ("severity", "exploited", "fixable", "overdue", "decided")


Number = Annotated[int, Meta(ge=0, le=9007199254740991)]


class Accepted(Struct, frozen=True, forbid_unknown_fields=True):
    """The decision or signed statement to adopt, for a package. The number of the other kind is 0."""

    package: Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^pkg:[!-~]+\Z")]
    decision: Number = 0
    signed: Number = 0


def list_triage(call: Call) -> Answer:
    after = cursors.read(call, 1)
    terms = [f"{name}:{_word(call.query[name])}" for name in FILTERS if call.query[name] is not None]
    query = " ".join(filter(None, (call.query["q"], *terms)))
    search = call.request.app.state.parts.search
    found = search.to_decide(call.fleet, call.project, query, str(after[0][0]) if after else "", call.query["limit"])
    following = cursors.made(call, [found.last]) if found.last is not None else None
    return Answer({"items": list(found.items), "next": following})


def preview_decisions(call: Call, body: Batch) -> Answer:
    with call.reading() as connection:
        return Answer(msgspec.to_builtins(triage.preview(connection, call.project, body)))


def create_decisions(call: Call, body: Batch) -> Answer:
    about = " ".join(sorted({target.vulnerability for target in body.targets}))
    with call.changing(about, f"{body.status}, {len(body.targets)} decisions") as connection:
        batch = triage.decide(connection, call.project, body, call.by)
    return Answer({"batch": batch, "decisions": len(set(body.targets))})


def undo_decisions(call: Call) -> Answer:
    batch = call.path["batch"]
    with call.changing(batch) as connection:
        revoked = triage.undo(connection, call.project, batch)
        if not revoked:
            raise not_found()
    return Answer({"batch": batch, "decisions": revoked})


def list_base_decisions(call: Call) -> Answer:
    with call.reading() as connection:
        offers = base_statements.offers(connection, call.project, row_of(connection, call).id)
    return Answer({"items": [msgspec.to_builtins(offer) for offer in offers]})


def accept_base_decision(call: Call, body: Accepted) -> Answer:
    """Adopts a decision about the base image. The new decision expires together with that one, because its author may
    decide differently by then.
    """
    identity = call.path["identity"]
    about = f"signed statement {body.signed}" if body.signed else f"decision {body.decision}"
    with call.changing(identity, about) as connection:
        offers = base_statements.offers(connection, call.project, row_of(connection, call).id)
        chosen = (body.decision, body.signed, body.package)
        offer = next((each for each in offers if (each.decision, each.signed, each.package) == chosen), None)
        if offer is None:
            raise not_found()
        left = None if offer.expires_at is None else max(1, round((offer.expires_at - call.now) / triage.DAY_S))
        target = Target(offer.vulnerability, offer.package, identity)
        wanted = Batch((target,), offer.status, offer.justification, offer.reason, left)
        batch = triage.decide(connection, call.project, wanted, call.by, origin=offer.origin)
    return Answer({"batch": batch, "decisions": 1})


def read_overdue(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(msgspec.to_builtins(overdue.overdue(connection, call.project, call.now)))


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


OPERATIONS = (
    list_triage, preview_decisions, create_decisions, undo_decisions, list_base_decisions, accept_base_decision, read_overdue,
)  # fmt: skip

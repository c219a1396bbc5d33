"""Decisions about findings: made, revoked, and exported as OpenVEX; also the rules and decisions that a scan on another
machine needs to decide alike.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, and_, not_, select, update

from careen.fleet import decisions, overdue, triage
from careen.fleet.rules import active_policy
from careen.fleet.tables import decision
from careen.fleet.triage import Batch, Target
from careen.formats.vex.statements import VexStatus
from careen.policy.overdue import counts_overdue
from careen.policy.rules import policy_of
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused, not_found

SHOWN = (
    "id", "vulnerability", "package", "identity", "status", "justification", "reason", "decided_by", "decided_at",
    "expires_at", "revoked_at", "batch", "origin",
)  # fmt: skip


class NewDecision(Struct, frozen=True, forbid_unknown_fields=True):
    vulnerability: triage.VulnerabilityId
    status: VexStatus
    package: triage.PackageUrl = ""
    identity: triage.Identity = ""
    justification: triage.Justification = ""
    reason: triage.Reason = ""
    days: triage.Days | None = None


def list_decisions(call: Call) -> Answer:
    wanted = select(decision).where(decision.c.project_id == call.project)
    if call.query["vulnerability"] is not None:
        wanted = wanted.where(decision.c.vulnerability == call.query["vulnerability"])
    if call.query["batch"] is not None:
        wanted = wanted.where(decision.c.batch == call.query["batch"])
    if call.query["counts"] is not None:
        counts = and_(*decisions.counting(call.now))
        wanted = wanted.where(counts if call.query["counts"] else not_(counts))
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(decision.c.id, True)], _shown))


def create_decision(call: Call, body: NewDecision) -> Answer:
    target = Target(body.vulnerability, body.package, body.identity)
    wanted = Batch((target,), body.status, body.justification, body.reason, body.days)
    with call.changing(body.vulnerability, body.status) as connection:
        batch = triage.decide(connection, call.project, wanted, call.by)
        return Answer(_shown(connection.execute(select(decision).where(decision.c.batch == batch)).one()))


def read_decision(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(_shown(_row(connection, call.project, call.path["decision"])))


def revoke_decision(call: Call) -> Answer:
    number = call.path["decision"]
    with call.changing(number) as connection:
        row = _row(connection, call.project, number)
        call.refuse_other_version(_shown(row))
        if row.revoked_at is not None:
            raise Refused(409, "the decision was revoked before", "revoked")
        connection.execute(update(decision).where(decision.c.id == number).values(revoked_at=call.now))
        return Answer(_shown(_row(connection, call.project, number)))


def read_vex(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(decisions.openvex(decisions.statements(connection, call.project), call.project))


def read_gate(call: Call) -> Answer:
    with call.reading() as connection:
        active = active_policy(connection, call.project)
        vex = decisions.openvex(decisions.statements(connection, call.project), call.project)
        late = overdue.late_ones(connection, call.project, call.now) if counts_overdue(policy_of(active.rules)) else None
    rules = {"project": call.project, "policy": active.name, "version": active.version, "rules": active.rules}
    pairs = None if late is None else [{"vulnerability": id, "package": package} for id, package in sorted(late)]
    return Answer({**rules, "vex": vex, "overdue": pairs})


def _row(connection: Connection, project: int, number: int) -> Row[Any]:
    row = connection.execute(select(decision).where(decision.c.id == number, decision.c.project_id == project)).first()
    if row is None:
        raise not_found()
    return row


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in SHOWN}


OPERATIONS = (list_decisions, create_decision, read_decision, revoke_decision, read_vex, read_gate)

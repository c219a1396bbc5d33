"""Decisions about findings: made, revoked, and exported as OpenVEX; and what a scan elsewhere needs to decide alike."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Connection, Row, select, update

from careen.fleet import decisions
from careen.fleet.rules import active_policy
from careen.fleet.tables import decision, image
from careen.formats.vex.statements import VexStatus
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused, not_found, unprocessable

from .images import visible

DAY_S = 86_400
Justification = Literal[
    "",
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
]
SHOWN = (
    "id", "vulnerability", "package", "identity", "status", "justification", "reason", "decided_by", "decided_at",
    "expires_at", "revoked_at",
)  # fmt: skip


class NewDecision(Struct, frozen=True, forbid_unknown_fields=True):
    vulnerability: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{2,99}\Z")]
    status: VexStatus
    package: Annotated[str, Meta(max_length=1000, pattern=r"^(pkg:[!-~]+)?\Z")] = ""
    identity: Annotated[str, Meta(max_length=300, pattern=r"^([A-Za-z0-9][A-Za-z0-9:._-]*)?\Z")] = ""
    justification: Justification = ""
    reason: Annotated[str, Meta(max_length=4000, pattern=r"^[^\x00]*\Z")] = ""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None


def list_decisions(call: Call) -> Answer:
    wanted = select(decision).where(decision.c.project_id == call.project)
    if call.query["vulnerability"] is not None:
        wanted = wanted.where(decision.c.vulnerability == call.query["vulnerability"])
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(decision.c.id, True)], _shown))


def create_decision(call: Call, body: NewDecision) -> Answer:
    """It must say what it is about and why: a vulnerability that is waved through everywhere is nobody's decision."""
    if not body.package and not body.identity:
        raise unprocessable("a decision is about a package, an image, or both", "about")
    if body.status == "not_affected" and not body.justification and not body.reason:
        raise unprocessable("not_affected needs a justification or a reason", "justification")
    with call.changing(body.vulnerability, body.status) as connection:
        if body.identity and connection.execute(visible(call.project).where(image.c.identity == body.identity)).first() is None:
            raise unprocessable("the project has no such image", "identity")
        row = {name: getattr(body, name) for name in ("vulnerability", "status", "package", "identity", "justification")}
        row |= {"reason": body.reason, "project_id": call.project, "decided_by": call.by, "decided_at": call.now}
        expires = call.now + body.days * DAY_S if body.days else None
        created = connection.execute(decision.insert().values(**row, expires_at=expires)).inserted_primary_key
        assert created is not None
        return Answer(_shown(_row(connection, call.project, int(created[0]))))


def read_decision(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(_shown(_row(connection, call.project, call.path["decision"])))


def revoke_decision(call: Call) -> Answer:
    number = call.path["decision"]
    with call.changing(number) as connection:
        row = _row(connection, call.project, number)
        call.refuse_other_version(_shown(row))
        if row.revoked_at is not None:
            raise Refused(409, "it was revoked before", "revoked")
        connection.execute(update(decision).where(decision.c.id == number).values(revoked_at=call.now))
        return Answer(_shown(_row(connection, call.project, number)))


def read_vex(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(decisions.openvex(decisions.statements(connection, call.project), call.project))


def read_gate(call: Call) -> Answer:
    with call.reading() as connection:
        active = active_policy(connection, call.project)
        vex = decisions.openvex(decisions.statements(connection, call.project), call.project)
    rules = {"project": call.project, "policy": active.name, "version": active.version, "rules": active.rules}
    return Answer({**rules, "vex": vex})


def _row(connection: Connection, project: int, number: int) -> Row[Any]:
    row = connection.execute(select(decision).where(decision.c.id == number, decision.c.project_id == project)).first()
    if row is None:
        raise not_found()
    return row


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in SHOWN}


OPERATIONS = (list_decisions, create_decision, read_decision, revoke_decision, read_vex, read_gate)

"""Policies of a project, and a preview of the images that a policy would fail."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, Row, delete, func, select, update

from careen.fleet import decisions, overdue, project_verdicts, reports
from careen.fleet.deadlines import deadlines_of
from careen.fleet.rules import decoded, encoded
from careen.fleet.tables import image, policy
from careen.model.report import Report
from careen.policy.overdue import counts_overdue
from careen.policy.policy import Policy
from careen.policy.reapplied import reassessed
from careen.policy.rules import Rules, policy_of
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import not_found, unprocessable

from .images import visible


def list_policies(call: Call) -> Answer:
    wanted = select(policy).where(policy.c.project_id == call.project)
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(policy.c.name, False)], _shown))


def read_policy(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(_shown(_row(connection, call)))


def set_policy(call: Call, body: Rules) -> Answer:
    wanted = policy_of(body)  # rules that cannot be evaluated are refused before they are stored
    name = call.path["policy"]
    own = (policy.c.project_id == call.project, policy.c.name == name)
    with call.changing(name, encoded(body).decode()) as connection:
        if counts_overdue(wanted) and deadlines_of(connection, call.project).is_empty:
            raise unprocessable(
                "nothing can be overdue: the project has no deadlines", "overdue", "set them in the project's settings"
            )
        row = connection.execute(select(policy).where(*own).with_for_update()).first()
        call.refuse_other_version(_shown(row) if row else None)
        values = {"rules": encoded(body), "changed_by": call.by, "changed_at": call.now}
        if row is None:
            connection.execute(policy.insert().values(project_id=call.project, name=name, version=1, **values))
        else:
            connection.execute(update(policy).where(*own).values(version=row.version + 1, **values))
        return Answer(_shown(_row(connection, call)))


def delete_policy(call: Call) -> Answer:
    with call.changing(call.path["policy"]) as connection:
        call.refuse_other_version(_shown(_row(connection, call)))
        own = (policy.c.project_id == call.project, policy.c.name == call.path["policy"])
        connection.execute(delete(policy).where(*own))
    return Answer()


def preview_policy(call: Call, body: Rules) -> Answer:
    """Evaluates a policy on the images with the highest risk, as a scan would. The answer states that ``evaluated`` of
    ``total`` images were evaluated; the rest is unknown.
    """
    wanted = policy_of(body)
    ready = visible(call.project).where(image.c.state == "ready")
    with call.reading() as connection:
        total = connection.execute(select(func.count()).select_from(ready.subquery())).scalar() or 0
        rows = connection.execute(ready.order_by(image.c.risk.desc(), image.c.id.desc()).limit(call.query["limit"])).all()
        wanted = replace(wanted, vex=decisions.statements(connection, call.project))
        own = project_verdicts.verdicts_of(connection, call.project, [row.id for row in rows])
        by_image = {row.id: overdue.with_late(connection, call.project, wanted, call.now, row.id) for row in rows}
    found = []
    for row in rows:
        report = reports.report_of(call.fleet, call.project, row.identity)
        if report is not None:
            found.append(_previewed(row, report, by_image[row.id], row.exit_code if own is None else own[row.id]))
    failing = sum(entry["exit_code"] != 0 for entry in found)
    return Answer({"images": found, "evaluated": len(found), "total": total, "failing": failing})


def _previewed(row: Row[Any], report: Report, wanted: Policy, now: int | None) -> dict[str, Any]:
    base = report.base.layers if report.base is not None else 0
    by_rules = (entry.finding for entry in report.suppressed if entry.by.kind in ("ignore", "vex", "fix_state"))
    bare = replace(report, findings=(*report.findings, *by_rules))
    verdict = reassessed(bare, replace(wanted, base_layers=base or 0), datetime.now(UTC).date()).verdict
    failed = [rule.rule for rule in verdict.rules if not rule.passed]
    shown = {"identity": row.identity, "reference": row.reference, "exit_code_now": now}
    return shown | {"exit_code": verdict.exit_code, "failed": failed}


def _row(connection: Connection, call: Call) -> Row[Any]:
    own = (policy.c.project_id == call.project, policy.c.name == call.path["policy"])
    row = connection.execute(select(policy).where(*own)).first()
    if row is None:
        raise not_found()
    return row


def _shown(row: Row[Any]) -> dict[str, Any]:
    shown = {name: row._mapping[name] for name in ("name", "version", "changed_by", "changed_at")}
    return shown | {"rules": decoded(bytes(row.rules))}


OPERATIONS = (list_policies, read_policy, set_policy, delete_policy, preview_policy)

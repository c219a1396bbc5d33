"""Triage: open findings, decisions in bulk with a preview, undo, the record of decisions, and their export as VEX."""

from typing import Any

import msgspec
from starlette.responses import Response

from careen.fleet.triage import MAX_TARGETS
from careen.formats.vex.statements import JUSTIFICATIONS
from careen.server.errors import Refused

from .forms import lines, sentence, whole
from .listing import Column, Filter, Listing, answer
from .unknown import unknown_of
from .visit import Screen, Visit

YES_NO = (("true", "yes"), ("false", "no"))
SEVERITIES = (("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"))
STATUSES = (
    ("not_affected", "Not affected: hides the findings"),
    ("fixed", "Fixed: hides the findings"),
    ("affected", "Affected: the findings count, with this note"),
    ("under_investigation", "Under investigation: the findings count, with this note"),
)
WHY = (("", "None of these: the reason explains it"), *((code, code.replace("_", " ")) for code in JUSTIFICATIONS))
TRIAGE = Listing(
    "list_triage",
    "triage.html",
    "Triage",
    columns=(
        Column("vulnerability", "Vulnerability"),
        Column("package", "Package"),
        Column("severity", "Severity"),
        Column("risk", "Risk", number=True),
        Column("exploited", "Exploited"),
        Column("fix_state", "Fix"),
        Column("fixed_version", "Fixed by"),
        Column("images", "Images", number=True),
        Column("first_at", "Found"),
        Column("due_at", "Due"),
    ),
    filters=(
        Filter("severity", "Severity", SEVERITIES),
        Filter("exploited", "Exploited", YES_NO),
        Filter("fixable", "Fix exists", YES_NO),
        Filter("overdue", "Overdue", YES_NO),
        Filter("decided", "Decided", (("true", "yes"),)),
    ),
    asked=("q",),
    terms={
        **{("severity", value): f"severity:{value}" for value, _ in SEVERITIES},
        **{(name, value): f"{name}:{value}" for name in ("exploited", "fixable", "overdue", "decided") for value, _ in YES_NO},
    },
)
DECISIONS = Listing(
    "list_decisions",
    "decisions.html",
    "Decisions",
    columns=(
        Column("vulnerability", "Vulnerability"),
        Column("package", "Package"),
        Column("identity", "Image"),
        Column("status", "Status"),
        Column("justification", "Justification"),
        Column("reason", "Reason"),
        Column("decided_by", "By"),
        Column("decided_at", "At"),
        Column("expires_at", "Until"),
        Column("revoked_at", "Revoked"),
        Column("origin", "Taken over from"),
    ),
    filters=(Filter("counts", "Counts now", YES_NO),),
    asked=("vulnerability", "batch"),
)


def triage(visit: Visit) -> Response:
    return answer(visit, TRIAGE, unknown=unknown_of(visit))


def show_form(visit: Visit) -> Response:
    """The form for a decision about one finding, which the URL contains; other pages link here."""
    names = ("vulnerability", "package", "identity")
    target = {name: visit.query.get(name, "") for name in names}
    return _form(visit, [target] if target["vulnerability"] else [], {"status": "not_affected"})


def fill_form(visit: Visit) -> Response:
    """The form with the selected findings; after ``preview``, also with what the decision would hide."""
    targets = _targets(visit)
    if not targets or "status" not in visit.form:
        return _form(visit, targets, {"status": "not_affected", **visit.form})
    try:
        return _form(visit, targets, visit.form, preview=visit.ask("preview_decisions", _batch(visit, targets)))
    except Refused as refused:
        return _form(visit, targets, visit.form, trouble=sentence(refused), status=refused.status)


def decide(visit: Visit) -> Response:
    targets = _targets(visit)
    if not targets:
        return _form(visit, targets, visit.form)
    try:
        made = visit.ask("create_decisions", _batch(visit, targets))
    except Refused as refused:
        return _form(visit, targets, visit.form, trouble=sentence(refused), status=refused.status)
    return visit.redirect(f"{_start(visit)}/decisions?batch={made['batch']}", "decided")


def decisions(visit: Visit) -> Response:
    return answer(visit, DECISIONS, batch=visit.query.get("batch", ""))


def undo(visit: Visit) -> Response:
    visit.ask("undo_decisions")
    return visit.redirect(f"{_start(visit)}/decisions", "undone")


def revoke(visit: Visit) -> Response:
    visit.ask("revoke_decision")
    return visit.redirect(f"{_start(visit)}/decisions", "undone")


def export_vex(visit: Visit) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="decisions.vex.json"', "Content-Security-Policy": "sandbox"}
    return Response(msgspec.json.encode(visit.ask("read_vex")), 200, headers, "application/json")


def base_decisions(visit: Visit) -> Response:
    return visit.render("base_decisions.html", image=visit.ask("read_image"), offers=visit.ask("list_base_decisions")["items"])


def accept(visit: Visit) -> Response:
    chosen: dict[str, Any] = {"package": visit.form.get("package", "")}
    chosen |= {name: whole(visit.form.get(name, "0"), "the decision") or 0 for name in ("decision", "signed")}
    made = visit.ask("accept_base_decision", chosen)
    return visit.redirect(f"{_start(visit)}/decisions?batch={made['batch']}", "decided")


def _form(
    visit: Visit, targets: list[dict[str, str]], form: Any, *, preview: Any = None, trouble: str = "", status: int = 200
) -> Response:
    values = {name: form.get(name, "") for name in ("status", "justification", "reason", "days", "scope")}
    if not targets:
        trouble, status = trouble or "Select at least one finding.", 422
    elif len(targets) > MAX_TARGETS:
        trouble, status = trouble or f"Select at most {MAX_TARGETS} findings.", 422
    choices = {"statuses": STATUSES, "justifications": WHY}
    return visit.render("decide.html", status, targets=targets, form=values, preview=preview, trouble=trouble, **choices)


def _targets(visit: Visit) -> list[dict[str, str]]:
    """The targets in the form: one a line, which has vulnerability, package and image, separated by spaces."""
    found = []
    for line in dict.fromkeys(lines(visit.form.get("target", ""))):
        vulnerability, package, identity = ([*line.split(" "), "", ""])[:3]
        found.append({"vulnerability": vulnerability, "package": package, "identity": identity})
    return found


def _batch(visit: Visit, targets: list[dict[str, str]]) -> dict[str, Any]:
    any_version = visit.form.get("scope") == "package"
    chosen = [{**target, "package": _without_version(target["package"])} for target in targets] if any_version else targets
    return {
        "targets": chosen,
        "status": visit.form.get("status", ""),
        "justification": visit.form.get("justification", ""),
        "reason": visit.form.get("reason", ""),
        "days": whole(visit.form.get("days", ""), "the number of days"),
    }


def _without_version(purl: str) -> str:
    from careen.fleet.events import lasting

    return lasting(purl)


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return visit.project.path


SCREENS = (
    Screen("/projects/{project}/triage", triage),
    Screen("/projects/{project}/triage/decide", show_form, "triage"),
    Screen("/projects/{project}/triage/decide", fill_form, "triage", "POST"),
    Screen("/projects/{project}/triage/decided", decide, "triage", "POST"),
    Screen("/projects/{project}/decisions", decisions),
    Screen("/projects/{project}/decisions/{decision}/revoke", revoke, "triage", "POST"),
    Screen("/projects/{project}/decision-batches/{batch}/undo", undo, "triage", "POST"),
    Screen("/projects/{project}/decisions.vex.json", export_vex),
    Screen("/projects/{project}/images/{identity}/base-decisions", base_decisions),
    Screen("/projects/{project}/images/{identity}/base-decisions", accept, "triage", "POST"),
)

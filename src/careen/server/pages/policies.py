"""Policies of a project, with a preview of the images that each would fail; and the deadlines for findings."""

import re
from typing import Any

from starlette.responses import Response

from careen.errors import Error
from careen.server.errors import Refused

from .forms import is_on, lines, sentence, whole
from .visit import Screen, Visit

DEFAULT = "default"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")  # the API's pattern
WORDS = ("fail_on", "severity_from", "accept")
FLAGS = ("ignore_unfixed", "exclude_base", "strict")
SEVERITIES = (("", "Unknown, as it is"), *((name, name) for name in ("critical", "high", "medium", "low", "negligible")))
PREVIEWED = 20  # images in a preview


def policies(visit: Visit) -> Response:
    found = visit.ask("list_policies", limit=100)["items"]
    return visit.render("policies.html", policies=found, default=DEFAULT)


def show(visit: Visit) -> Response:
    """Shows a policy. For an unknown name, it shows the form for a new policy."""
    try:
        known = visit.ask("read_policy")
    except Refused as refused:
        if refused.status != 404 or not visit.may("admin") or not NAME.fullmatch(visit.path["policy"]):
            raise
        known = None
    return _form(visit, known["rules"] if known else {"fail_on": ("high",)}, known=known)


def preview(visit: Visit) -> Response:
    """Shows the images that the entered policy would fail, without storing it. Reading rights suffice."""
    rules: dict[str, Any] = {}
    try:
        rules = _rules(visit)
        found = visit.ask("preview_policy", rules, limit=PREVIEWED)
    except (Refused, Error) as error:
        return _refused(visit, rules, error)
    return _form(visit, rules, preview=found)


def save(visit: Visit) -> Response:
    rules: dict[str, Any] = {}
    try:
        rules = _rules(visit)
        visit.ask("set_policy", rules)
    except (Refused, Error) as error:
        return _refused(visit, rules, error)
    return visit.redirect(f"{_start(visit)}/policies/{visit.path['policy']}", "saved")


def remove(visit: Visit) -> Response:
    visit.ask("delete_policy")
    return visit.redirect(f"{_start(visit)}/policies", "removed")


def _rules(visit: Visit) -> dict[str, Any]:
    form = visit.form
    words = {name: lines(form.get(name, "")) for name in WORDS}
    flags = {name: is_on(form.get(name, "")) for name in FLAGS}
    grace = whole(form.get("grace_days", ""), "the number of days") or 0
    return {**words, **flags, "grace_days": grace, "unknown_as": form.get("unknown_as") or None}


def _form(
    visit: Visit, rules: Any, *, known: Any = None, preview: Any = None, trouble: str = "", status: int = 200
) -> Response:
    value = rules.get if isinstance(rules, dict) else lambda name, default=None: getattr(rules, name, default)
    shown: dict[str, Any] = {name: "\n".join(value(name) or ()) for name in WORDS}
    shown |= {name: bool(value(name)) for name in FLAGS}
    shown |= {"grace_days": value("grace_days") or "", "unknown_as": value("unknown_as") or ""}
    name = visit.path["policy"]
    extra = {"name": name, "is_default": name == DEFAULT, "severities": SEVERITIES}
    return visit.render("policy.html", status, rules=shown, known=known, preview=preview, trouble=trouble, **extra)


def _refused(visit: Visit, rules: dict[str, Any], error: Refused | Error) -> Response:
    refused = error if isinstance(error, Refused) else Refused(422, str(error), hint=error.hint)
    given = rules or {name: lines(visit.form.get(name, "")) for name in WORDS}
    return _form(visit, given, trouble=sentence(refused), status=refused.status)


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return visit.project.path


SCREENS = (
    Screen("/projects/{project}/policies", policies),
    Screen("/projects/{project}/policies/{policy}", show),
    Screen("/projects/{project}/policies/{policy}", save, "admin", "POST"),
    Screen("/projects/{project}/policies/{policy}/preview", preview, "read", "POST"),
    Screen("/projects/{project}/policies/{policy}/remove", remove, "admin", "POST"),
)

"""The settings of a project: its name, deadlines for findings, admission, hosts, and quotas; and its deletion."""

from typing import Any

import msgspec
from starlette.responses import Response

from careen.server.errors import Refused

from .forms import lines, sentence, whole
from .visit import Screen, Visit

DEADLINES = ("exploited", "critical", "high", "medium", "low")
QUOTAS = ("scans_per_day", "images", "upload_bytes")


def settings(visit: Visit) -> Response:
    return _settings(visit)


def save(visit: Visit) -> Response:
    """Saves the part of the page whose name is in ``part``."""
    form = visit.form
    try:
        wanted: dict[str, Any] = {}
        if form.get("part") == "name":
            wanted = {"name": form.get("name", "")}
        elif form.get("part") == "deadlines":
            days = {name: whole(form.get(name, ""), "the number of days") for name in DEADLINES}
            wanted = {"deadlines": {"owner": form.get("owner", ""), **days}}
        elif form.get("part") == "admission":
            wanted = {"admission": _json(form.get("admission", ""))}
        elif form.get("part") == "hosts":
            wanted = {"hosts": lines(form.get("hosts", ""))}
        elif form.get("part") == "quotas":
            wanted = {"quotas": {name: whole(form.get(name, ""), "a quota") for name in QUOTAS}}
        visit.ask("change_project", wanted)
    except Refused as refused:
        return _settings(visit, trouble=sentence(refused), status=refused.status)
    return visit.redirect(f"{_start(visit)}/settings", "saved")


def delete(visit: Visit) -> Response:
    """Deletes the project, if the user has typed its name, because this cannot be undone."""
    project = visit.ask("read_project")
    if visit.form.get("name", "") != project["name"]:
        return _settings(visit, trouble="Type the name of the project to delete it.", status=422)
    visit.ask("delete_project")
    return visit.redirect("/projects", "removed")


def new_project(visit: Visit) -> Response:
    return visit.render("project_new.html", name="", trouble="")


def add_project(visit: Visit) -> Response:
    name = visit.form.get("name", "")
    try:
        made = visit.ask("create_project", {"name": name})
    except Refused as refused:
        return visit.render("project_new.html", refused.status, name=name, trouble=sentence(refused))
    return visit.redirect(f"/projects/{made['id']}/start")


def _settings(visit: Visit, *, trouble: str = "", status: int = 200) -> Response:
    project, usage = visit.ask("read_project"), visit.ask("read_usage")
    given = visit.form.get("admission") if trouble else None
    admission = given or msgspec.json.format(msgspec.json.encode(project["admission"]), indent=2).decode()
    data = {"project": project, "usage": usage, "admission": admission, "severities": DEADLINES}
    return visit.render("settings.html", status, trouble=trouble, **data)


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Refused(422, f"the rules of admission are not JSON: {error}", "body") from None


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return visit.project.path


SCREENS = (
    Screen("/projects/new", new_project, "service"),
    Screen("/projects/new", add_project, "service", "POST"),
    Screen("/projects/{project}/settings", settings, "admin"),
    Screen("/projects/{project}/settings", save, "admin", "POST"),
    Screen("/projects/{project}/delete", delete, "service", "POST"),
)

"""Pages for registries: add, change, remove, crawl now, and test. A test shows the results while the registry is
listed.
"""

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from careen.errors import Error
from careen.fleet.connection import writing
from careen.fleet.registries import Seen
from careen.output.escape import visible
from careen.server.audit import record
from careen.server.errors import Refused
from careen.server.parts import RegistryCalls

from .forms import lines, sentence, whole
from .templating import POLICY
from .visit import Screen, Visit

FIELDS = ("address", "kind", "include", "exclude", "newest", "every_hours", "username")
KINDS = (
    ("auto", "Detect it"),
    ("distribution", "Any registry with a catalogue"),
    ("docker-hub", "Docker Hub"),
    ("ghcr", "GitHub (ghcr.io)"),
    ("quay", "Quay"),
    ("harbor", "Harbor"),
    ("ecr", "Amazon ECR"),
    ("gar", "Google Artifact Registry"),
    ("acr", "Azure Container Registry"),
)
HOUR_S = 3600
_ROWS = "<!-- rows -->"  # the test of a registry inserts its rows here


def new(visit: Visit) -> Response:
    return _form(visit, {"every_hours": "6", "newest": "10", "kind": "auto"})


def add(visit: Visit) -> Response:
    form = visit.form
    address = form.get("address", "").strip().removeprefix("https://").removeprefix("http://")  # as copied from a browser
    host, _, namespace = address.strip("/").partition("/")
    try:
        made = visit.ask(
            "create_registry",
            {
                "host": host,
                "namespace": namespace,
                "kind": form.get("kind", "auto"),
                "include": lines(form.get("include", "")),
                "exclude": lines(form.get("exclude", "")),
                "newest": whole(form.get("newest", ""), "the number of images"),
                "every_hours": whole(form.get("every_hours", ""), "the number of hours"),
                "username": form.get("username", ""),
                "password": form.get("password", ""),
            },
        )
    except (Refused, Error) as error:
        return _refused(visit, error)
    notice = "registry" if form.get("every_hours", "").strip() else "registry_asked"
    return visit.redirect(f"{_start(visit)}/registries/{made['id']}/edit", notice)


def edit(visit: Visit) -> Response:
    known = visit.ask("read_registry")
    shown = {
        "address": "/".join(filter(None, (known["host"], known["namespace"]))),
        "include": "\n".join(known["include"]),
        "exclude": "\n".join(known["exclude"]),
        "newest": str(known["newest"] or ""),
        "every_hours": str(round(known["every_s"] / HOUR_S) if known["every_s"] else ""),
    }
    return _form(visit, shown, known=known)


def change(visit: Visit) -> Response:
    form = visit.form
    wanted: dict[str, Any] = {
        "include": lines(form.get("include", "")),
        "exclude": lines(form.get("exclude", "")),
        "newest": whole(form.get("newest", ""), "the number of images") or 0,
        "every_hours": whole(form.get("every_hours", ""), "the number of hours") or 0,
    }
    if form.get("username") or form.get("password"):
        wanted |= {"username": form.get("username", ""), "password": form.get("password", "")}
    try:
        visit.ask("change_registry", wanted)
    except (Refused, Error) as error:
        return _refused(visit, error, known=visit.ask("read_registry"))
    return visit.redirect(f"{_start(visit)}/registries/{visit.path['registry']}/edit", "saved")


def remove(visit: Visit) -> Response:
    visit.ask("delete_registry")
    return visit.redirect(f"{_start(visit)}/registries", "removed")


def crawl(visit: Visit) -> Response:
    visit.ask("crawl_registry")
    return visit.redirect(f"{_start(visit)}/registries/{visit.path['registry']}", "crawled")


def test(visit: Visit) -> Response:
    """Tests a registry. The page is sent row by row as the registry answers, and needs no script."""
    known = visit.ask("read_registry")
    with writing(visit.fleet.engine) as connection:
        record(connection, visit.principal.name, visit.project.id if visit.project else None, "test_registry", str(known["id"]))
    page = bytes(visit.render("registry_test.html", registry=known).body).decode()
    head, _, tail = page.partition(_ROWS)
    registries: RegistryCalls = visit.request.app.state.parts.registries
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    pieces = _growing(head, registries.watch(visit.fleet, known["id"]), tail)
    return StreamingResponse(pieces, 200, headers, "text/html; charset=utf-8")


def _growing(head: str, seen: Iterator[Seen], tail: str) -> Iterator[str]:
    from markupsafe import escape

    yield head
    try:
        for sight in seen:
            mark = {"failure": "failed", "done": "done"}.get(sight.step, "seen")
            yield f'<li class="{mark}">{escape(visible(sight.text, 500))}</li>\n'
    except Error as error:
        yield f'<li class="failed">{escape(visible(str(error), 500))}</li>\n'
    yield tail


def _form(visit: Visit, form: Any, *, known: Any = None, trouble: str = "", status: int = 200) -> Response:
    values = {name: form.get(name, "") for name in FIELDS}
    return visit.render("registry_form.html", status, form=values, registry=known, trouble=trouble, kinds=KINDS)


def _refused(visit: Visit, error: Refused | Error, *, known: Any = None) -> Response:
    refused = error if isinstance(error, Refused) else Refused(422, str(error), hint=error.hint)
    return _form(visit, visit.form, known=known, trouble=sentence(refused), status=refused.status)


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return visit.project.path


SCREENS = (
    Screen("/projects/{project}/registries/new", new, "admin"),
    Screen("/projects/{project}/registries/new", add, "admin", "POST"),
    Screen("/projects/{project}/registries/{registry}/edit", edit, "admin"),
    Screen("/projects/{project}/registries/{registry}/edit", change, "admin", "POST"),
    Screen("/projects/{project}/registries/{registry}/remove", remove, "admin", "POST"),
    Screen("/projects/{project}/registries/{registry}/crawl", crawl, "scan", "POST"),
    Screen("/projects/{project}/registries/{registry}/test", test, "admin", "POST"),
)

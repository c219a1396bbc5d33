"""Saved views: named pages with their filters, which the users of a project share."""

from starlette.responses import RedirectResponse, Response

from careen.errors import Error
from careen.server.errors import Refused, not_found

from .forms import sentence
from .visit import Screen, Visit


def views(visit: Visit) -> Response:
    return _views(visit, visit.query.get("path", ""))


def save(visit: Visit) -> Response:
    path, name = visit.form.get("path", ""), visit.form.get("name", "")
    try:
        visit.ask("save_view", {"name": name, "path": path})
    except (Refused, Error) as error:
        refused = error if isinstance(error, Refused) else Refused(422, str(error), hint=error.hint)
        return _views(visit, path, name, sentence(refused), refused.status)
    return visit.redirect(f"{_start(visit)}/views", "saved")


def follow(visit: Visit) -> Response:
    """Redirects to a saved view by its number, so that a link to a view stays valid when its filters change."""
    for view in visit.ask("list_views")["items"]:
        if str(view["id"]) == visit.path["view"]:
            return RedirectResponse(f"{_start(visit)}/{view['path']}", 303)
    raise not_found()


def remove(visit: Visit) -> Response:
    visit.ask("delete_view")
    return visit.redirect(f"{_start(visit)}/views", "removed")


def _views(visit: Visit, path: str, name: str = "", trouble: str = "", status: int = 200) -> Response:
    path = path.removeprefix(_start(visit)).lstrip("/")
    data = {"path": path, "name": name, "trouble": trouble}
    return visit.render("views.html", status, views=visit.ask("list_views")["items"], **data)


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return visit.project.path


SCREENS = (
    Screen("/projects/{project}/views", views),
    Screen("/projects/{project}/views", save, "triage", "POST"),
    Screen("/projects/{project}/views/{view}", follow),
    Screen("/projects/{project}/views/{view}/remove", remove, "triage", "POST"),
)

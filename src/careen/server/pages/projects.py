"""The first page, and the projects that a person sees."""

from starlette.responses import RedirectResponse, Response

from .listing import Column, Listing, answer
from .visit import Screen, Visit

PROJECTS = Listing(
    "list_projects",
    "projects.html",
    "Projects",
    columns=(Column("name", "Project"), Column("created_at", "Since")),
)


def first(visit: Visit) -> Response:
    """Who sees one project only is there."""
    found = visit.ask("list_projects", limit=2)["items"]
    return RedirectResponse(f"/projects/{found[0]['id']}" if len(found) == 1 else "/projects", 303)


def projects(visit: Visit) -> Response:
    return answer(visit, PROJECTS)


SCREENS = (Screen("/", first, "signed-in"), Screen("/projects", projects, "signed-in"))

"""The start page, and the list of the projects that a user sees."""

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
    """Redirects to the list of projects, or to the project if the user sees only one."""
    found = visit.ask("list_projects", limit=2)["items"]
    return RedirectResponse(f"/projects/{found[0]['id']}" if len(found) == 1 else "/projects", 303)


def projects(visit: Visit) -> Response:
    return answer(visit, PROJECTS)


SCREENS = (Screen("/", first, "signed-in"), Screen("/projects", projects, "signed-in"))

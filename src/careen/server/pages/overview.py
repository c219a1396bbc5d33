"""The first page of a project."""

from starlette.responses import Response

from .visit import Screen, Visit

WORST = 8


def overview(visit: Visit) -> Response:
    return visit.render("overview.html", worst=visit.ask("list_images", sort="risk", limit=WORST)["items"])


SCREENS = (Screen("/projects/{project}", overview),)

"""The pages of the service: HTML made on the server, readable without JavaScript.

A screen is a path, the scope that it needs, and a function of a ``Visit`` (``visit``). Screens call the operations of the API
by ``Visit.ask``, so that a page and the API answer by the same queries, rights and audit log. ``routes`` has all screens.

A new screen: a module with ``SCREENS``, in ``MODULES``; a template that extends ``layout.html`` and uses the macros of
``parts.html``; an entry in ``navigation`` if people look for it there. A list is a ``Listing``. A change is a screen with the
method POST: its form has ``parts.csrf()``, and it ends with ``Visit.redirect``.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from careen.server.errors import not_found, problem

from . import (
    access,
    beginning,
    compare,
    coverage,
    entry,
    image,
    images,
    jobs,
    notifications,
    overview,
    policies,
    projects,
    registries,
    saved_views,
    search,
    settings,
    static,
    triage,
    watching,
)
from .routing import error_page, route_of, wants_page
from .visit import Screen

# The first screen whose path matches counts: "new" must not be taken for the number of a project or a registry.
ACTING = (settings, watching, triage, policies, access, saved_views, beginning, notifications)
MODULES = (entry, *ACTING, projects, overview, coverage, images, image, compare, registries, search, jobs)


def routes() -> list[BaseRoute]:
    screens: Sequence[Screen] = [screen for module in MODULES for screen in module.SCREENS]
    return [*map(route_of, screens), static.route()]


def page_of_unknown(request: Request) -> Response:
    """The answer to an unknown path."""
    return error_page(request, not_found()) if wants_page(request) else problem(not_found())

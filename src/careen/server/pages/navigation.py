"""The navigation of a project and of the service. An entry is shown to users who have its scope."""

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from .visit import Visit


class Entry(Struct, frozen=True):
    """An entry of the navigation. ``below``: other paths that belong to it."""

    label: str
    path: str
    scope: str = "read"
    below: tuple[str, ...] = ()


class Link(Struct, frozen=True):
    label: str
    address: str
    current: bool


OF_PROJECT = (
    Entry("Overview", ""),
    Entry("Images", "/images", below=("/compare",)),
    Entry("Coverage", "/coverage"),
    Entry("Triage", "/triage", below=("/decisions",)),
    Entry("Registries", "/registries", below=("/repositories",)),
    Entry("Search", "/search", below=("/vulnerabilities",)),
    Entry("Policies", "/policies"),
    Entry("Views", "/views"),
    Entry("Add images", "/start"),
    Entry("Notifications", "/notifications", "admin"),
    Entry("Settings", "/settings", "admin", below=("/members", "/keys", "/audit")),
)
OF_SERVICE = (
    Entry("Projects", "/projects", "signed-in"),
    Entry("Jobs", "/jobs", "service"),
    Entry("Users", "/users", "service"),
    Entry("Keys", "/keys", "service"),
    Entry("Audit", "/audit", "service"),
)


def navigation(visit: "Visit") -> tuple[Link, ...]:
    here = visit.request.url.path
    if visit.project is not None:
        start = visit.project.path
        entries = [(entry.label, start + entry.path, entry.below) for entry in OF_PROJECT if visit.may(entry.scope)]
    else:
        start = ""
        entries = [(entry.label, entry.path, entry.below) for entry in OF_SERVICE if visit.may(entry.scope)]
    return tuple(Link(label, path, _is_at(here, start, path, below)) for label, path, below in entries)


def _is_at(here: str, start: str, path: str, below: tuple[str, ...]) -> bool:
    if here == path:
        return True
    starts = [*([path] if path != start else []), *(start + part for part in below)]
    return any(here.startswith(f"{each}/") or here == each for each in starts)

"""The first page of a project: the new findings, the worst findings, and the coverage."""

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from careen.fleet import advisories
from careen.fleet.overview import Kept, Latest, Summary, latest, summary

from .todo import todo
from .unknown import age_of_advisories
from .visit import Screen, Visit

WORST = 8
EVENTS = 6
TROUBLES = 20
REGISTRIES = 5
CLOCKS = (
    ("introduced", "Introduced", "by a new image"),
    ("disclosed", "Newly disclosed", "in images that did not change"),
    ("fix_available", "Fix available", "for what had none"),
)


class Clock(Struct, frozen=True):
    kind: str
    title: str
    meaning: str
    events: list[Latest]


def overview(visit: Visit) -> Response:
    assert visit.project is not None
    with visit.fleet.engine.connect() as connection:
        clocks = [
            Clock(kind, title, meaning, latest(connection, visit.project.id, kind, EVENTS)) for kind, title, meaning in CLOCKS
        ]
    troubles = advisories.troubles(visit.fleet)
    worst = visit.ask("list_images", sort="risk", state="ready", limit=WORST)["items"]
    counts = summary_of(visit)
    return visit.render(
        "overview.html",
        summary=counts,
        registries=[] if counts.images else visit.ask("list_registries", limit=REGISTRIES)["items"],
        clocks=clocks,
        todo=todo(visit),
        advisories=age_of_advisories(visit),
        worst=worst,
        troubles=troubles[:TROUBLES],
        more_troubles=max(0, len(troubles) - TROUBLES),
    )


def summary_of(visit: Visit) -> Summary:
    held: Any = visit.request.app.state
    if not hasattr(held, "summaries"):
        held.summaries = Kept(summary)
    assert visit.project is not None
    found: Summary = held.summaries.of(visit.fleet, visit.project.id)
    return found


SCREENS = (Screen("/projects/{project}", overview),)

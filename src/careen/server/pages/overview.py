"""The first page of a project: what is new, what is worst, and how much is known at all."""

import time
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from careen.fleet import advisories
from careen.fleet.advisory_age import AdvisoryAge, advisory_age
from careen.fleet.overview import Latest, Summaries, Summary, latest

from .todo import todo
from .visit import Screen, Visit

WORST = 8
EVENTS = 6
AGE_KEPT_S = 5.0
TROUBLES = 20
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
    worst = visit.ask("list_images", sort="risk", limit=WORST)["items"]
    return visit.render(
        "overview.html",
        summary=_summary(visit),
        clocks=clocks,
        todo=todo(visit),
        advisories=_age(visit),
        worst=[image for image in worst if image["state"] == "ready"],
        troubles=troubles[:TROUBLES],
        more_troubles=max(0, len(troubles) - TROUBLES),
    )


def _summary(visit: Visit) -> Summary:
    held: Any = visit.request.app.state
    if not hasattr(held, "summaries"):
        held.summaries = Summaries()
    assert visit.project is not None
    found: Summary = held.summaries.of(visit.fleet, visit.project.id)
    return found


def _age(visit: Visit) -> AdvisoryAge:
    """Looked up at most every few seconds: it opens the database."""
    held: Any = visit.request.app.state
    until, found = getattr(held, "advisory_age", (0.0, AdvisoryAge()))
    if time.monotonic() >= until:
        found = advisory_age(visit.fleet, time.time())
        held.advisory_age = (time.monotonic() + AGE_KEPT_S, found)
    known: AdvisoryAge = found
    return known


SCREENS = (Screen("/projects/{project}", overview),)

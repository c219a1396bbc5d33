"""What an empty list of findings does not show: there are no advisories, or some images were assessed in part or not at all."""

import time
from typing import Any

from msgspec import Struct

from careen.fleet.advisory_age import AdvisoryAge, advisory_age

from .visit import Visit

AGE_KEPT_S = 5.0


class Unknown(Struct, frozen=True):
    """``coverage``: the worst of an image of the project; "" if all are assessed."""

    without_advisories: bool
    coverage: str


def unknown_of(visit: Visit) -> Unknown:
    worst = ("not_assessed", "partially_assessed")
    found = (coverage for coverage in worst if visit.ask("list_images", coverage=coverage, limit=1)["items"])
    return Unknown(age_of_advisories(visit).fetched is None, next(found, ""))


def age_of_advisories(visit: Visit) -> AdvisoryAge:
    """Looked up at most every few seconds: it opens the database."""
    held: Any = visit.request.app.state
    until, found = getattr(held, "advisory_age", (0.0, AdvisoryAge()))
    if time.monotonic() >= until:
        found = advisory_age(visit.fleet, time.time())
        held.advisory_age = (time.monotonic() + AGE_KEPT_S, found)
    known: AdvisoryAge = found
    return known

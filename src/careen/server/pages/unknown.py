"""Explains an empty list of findings: there may be no advisories, or images that were not or only partly assessed."""

import time
from typing import Any

from msgspec import Struct

from careen.fleet.advisory_age import AdvisoryAge, advisory_age

from .visit import Visit

AGE_KEPT_S = 5.0


class Unknown(Struct, frozen=True):
    """What is unknown about a project. ``coverage`` is the worst of its images; "" if all are assessed."""

    without_advisories: bool
    coverage: str


def unknown_of(visit: Visit) -> Unknown:
    worst = ("not_assessed", "partially_assessed")
    found = (coverage for coverage in worst if visit.ask("list_images", coverage=coverage, limit=1)["items"])
    return Unknown(age_of_advisories(visit).fetched is None, next(found, ""))


def age_of_advisories(visit: Visit) -> AdvisoryAge:
    """The age of the advisories, cached for a few seconds, because it requires opening the database."""
    held: Any = visit.request.app.state
    until, found = getattr(held, "advisory_age", (0.0, AdvisoryAge()))
    if time.monotonic() >= until:
        found = advisory_age(visit.fleet, time.time())
        held.advisory_age = (time.monotonic() + AGE_KEPT_S, found)
    known: AdvisoryAge = found
    return known

"""The page on what was not assessed in the images of a project: why, how much, and what to do."""

from typing import Any

from starlette.responses import Response

from careen.fleet.not_assessed import NotAssessed, not_assessed
from careen.fleet.overview import Kept
from careen.model.reasons import effect_of

from .gap_texts import texts_of
from .listing import Column, exported
from .overview import summary_of
from .unknown import age_of_advisories
from .visit import Screen, Visit

COLUMNS = tuple(Column(name, name) for name in ("reason", "effect", "meaning", "images", "packages", "todo"))


def coverage(visit: Visit) -> Response:
    reasons = [_row(reason) for reason in _counted(visit)]
    if kind := visit.query.get("export"):
        return exported(kind, "Not assessed", COLUMNS, iter(reasons))
    return visit.render(
        "coverage.html",
        summary=summary_of(visit),
        advisories=age_of_advisories(visit),
        lowering=[row for row in reasons if row["effect"] != "information"],
        noted=[row for row in reasons if row["effect"] == "information"],
    )


def _counted(visit: Visit) -> tuple[NotAssessed, ...]:
    held: Any = visit.request.app.state
    if not hasattr(held, "not_assessed"):
        held.not_assessed = Kept(not_assessed)
    assert visit.project is not None
    found: tuple[NotAssessed, ...] = held.not_assessed.of(visit.fleet, visit.project.id)
    return found


def _row(found: NotAssessed) -> dict[str, Any]:
    meaning, todo = texts_of(found.code)
    return {
        "reason": found.code,
        "effect": effect_of(found.code),
        "meaning": meaning,
        "images": found.images.number,
        "images_exact": found.images.exact,
        "packages": found.packages.number,
        "packages_exact": found.packages.exact,
        "todo": todo,
    }


SCREENS = (Screen("/projects/{project}/coverage", coverage),)

"""The images of a project: by risk or by age, with filters."""

from starlette.responses import Response

from .listing import Column, Filter, Listing, answer
from .visit import Screen, Visit

SEVERITIES = (("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"))
COVERAGE = (("assessed", "assessed"), ("partially_assessed", "in part"), ("not_assessed", "not assessed"))
STATES = (
    ("ready", "ready"),
    ("failed", "failed"),
    ("opening", "waits"),
    ("reading", "being read"),
    ("joining", "being assessed"),
)
YES_NO = (("true", "yes"), ("false", "no"))
IMAGES = Listing(
    "list_images",
    "images.html",
    "Images",
    columns=(
        Column("reference", "Image"),
        Column("counts.critical", "Critical", number=True),
        Column("counts.high", "High", number=True),
        Column("counts.medium", "Medium", number=True),
        Column("counts.low", "Low", number=True),
        Column("counts.unrated", "Unrated", number=True),
        Column("counts.fixable", "Fixable", number=True),
        Column("counts.exploited", "Exploited", number=True),
        Column("risk", "Risk", "risk", number=True),
        Column("coverage", "Coverage"),
        Column("state", "State"),
        Column("packages", "Packages", number=True),
        Column("distribution", "Distribution"),
        Column("base", "Base image"),
        Column("enrolled_at", "Since", "newest"),
        Column("assessed_at", "Assessed"),
        Column("runs_at", "Seen running"),
        Column("identity", "Digest"),
    ),
    filters=(
        Filter("severity", "Has", SEVERITIES),
        Filter("exploited", "Exploited", YES_NO),
        Filter("runs", "Runs", YES_NO),
        Filter("coverage", "Coverage", COVERAGE),
        Filter("state", "State", STATES),
    ),
    asked=("repository",),
    sort="risk",
    terms={
        **{("severity", value): f"severity:{value}" for value, _ in SEVERITIES},
        **{("coverage", value): f"coverage:{value}" for value, _ in COVERAGE},
        **{(name, value): f"{name}:{value}" for name in ("exploited", "runs") for value, _ in YES_NO},
    },
)


def images(visit: Visit) -> Response:
    return answer(visit, IMAGES)


SCREENS = (Screen("/projects/{project}/images", images),)

"""Registries, their repositories, and tags with their history."""

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from .listing import Column, Listing, answer, rows_of
from .visit import Screen, Visit

COUNTS = ("critical", "high", "medium", "low")
HISTORY = 30  # changes of a tag in its chart
WIDTH, HEIGHT = 1080, 140  # of the chart, in pixels
REGISTRIES = Listing(
    "list_registries",
    "registries.html",
    "Registries",
    columns=(
        Column("host", "Registry"),
        Column("namespace", "Namespace"),
        Column("kind", "Kind"),
        Column("every_s", "Every"),
        Column("listed_at", "Listed"),
        Column("next_at", "Next"),
        Column("trouble", "Trouble"),
    ),
)
REPOSITORIES = Listing(
    "list_repositories", "registry.html", "Repositories", columns=(Column("name", "Repository"), Column("host", "Registry"))
)
TAGS = Listing(
    "list_tags",
    "repository.html",
    "Tags",
    columns=(
        Column("name", "Tag"),
        *(Column(f"image.counts.{name}", name.capitalize(), number=True) for name in COUNTS),
        Column("image.risk", "Risk", number=True),
        Column("image.coverage", "Coverage"),
        Column("pushed_at", "Pushed"),
        Column("seen_at", "Seen"),
        Column("identity", "Digest"),
    ),
)
CHANGES = Listing(
    "list_tag_history",
    "tag.html",
    "History",
    columns=(
        Column("at", "Since"),
        Column("identity", "Digest"),
        *(Column(f"image.counts.{name}", name.capitalize(), number=True) for name in COUNTS),
        Column("image.coverage", "Coverage"),
    ),
)


class Part(Struct, frozen=True):
    severity: str
    count: int
    y: float
    height: float


class Bar(Struct, frozen=True):
    """A bar of the chart. ``is_known`` is false if the image of the tag was removed, or was never read."""

    x: int
    at: float
    parts: tuple[Part, ...]
    is_known: bool


def registries(visit: Visit) -> Response:
    return answer(visit, REGISTRIES)


def registry(visit: Visit) -> Response:
    return answer(visit, REPOSITORIES, registry=visit.ask("read_registry"), values={"registry": visit.path["registry"]})


def repository(visit: Visit) -> Response:
    return answer(visit, TAGS, repository=_repository(visit))


def tag(visit: Visit) -> Response:
    if visit.query.get("export"):
        return answer(visit, CHANGES)
    rows = rows_of(visit, CHANGES, {})
    return visit.render(
        "tag.html",
        rows=rows,
        repository=_repository(visit),
        tag=visit.path["tag"],
        bars=_bars(rows.items) if rows.is_first else (),
        size=(WIDTH, HEIGHT),
    )


def _repository(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = visit.ask("read_repository")
    return found


def _bars(changes: list[dict[str, Any]]) -> tuple[Bar, ...]:
    """Bars with the findings of the images that the tag pointed to, assessed today: the oldest first, on one scale."""
    shown = changes[:HISTORY][::-1]
    counted = [_counts(change["image"]) for change in shown]
    most = max((sum(counts.values()) for counts in counted if counts), default=0) or 1
    bars = []
    for number, (change, counts) in enumerate(zip(shown, counted, strict=True)):
        parts, y = [], float(HEIGHT)
        for name, count in (counts or {}).items():
            height = round(count * (HEIGHT - 10) / most, 1)
            y -= height
            parts.append(Part(name, count, round(y, 1), height))
        bars.append(Bar(number * WIDTH // HISTORY, change["at"], tuple(parts), counts is not None))
    return tuple(bars)


def _counts(image: dict[str, Any] | None) -> dict[str, int] | None:
    """The counts of findings of an image; None if it is not ready."""
    if not image or image["state"] != "ready":
        return None
    return {name: image["counts"][name] for name in COUNTS}


SCREENS = (
    Screen("/projects/{project}/registries", registries),
    Screen("/projects/{project}/registries/{registry}", registry),
    Screen("/projects/{project}/repositories/{repository}", repository),
    Screen("/projects/{project}/repositories/{repository}/tags/{tag}", tag),
)

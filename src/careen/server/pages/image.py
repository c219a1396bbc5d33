"""Pages of an image: what to do first, its layers, packages and findings, and what was not assessed."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from starlette.responses import Response

from careen.exposure.graph import INTERNET
from careen.fleet import named_images, uploads
from careen.fleet.tables import agent_report
from careen.output.attack_drawing import Drawing, Route, drawing_of
from careen.reports.html.view import Line
from careen.server.errors import Refused

from .dockerfile import SCREENS as OF_DOCKERFILE
from .explained import Fact, facts_of
from .listing import Column, Filter, Listing, answer, exported
from .stored import Stored, kept
from .templating import segment
from .visit import Screen, Visit

SHOWN = 20  # findings on the page of the image
PAGE = 100
RUNS = 50
SEVERITIES = ("critical", "high", "medium", "low", "negligible", "unknown")
COLUMNS = tuple(
    Column(name, label)
    for name, label in {
        "kind": "Kind",
        "id": "Finding",
        "severity": "Severity",
        "risk": "Risk",
        "subject": "Package or file",
        "fix": "Fix",
        "layer": "Layer",
        "exploited": "Exploited",
        "confidence": "Confidence",
        "title": "Title",
    }.items()
)
PACKAGES = Listing(
    "list_packages",
    "packages.html",
    "Packages",
    columns=(
        Column("name", "Package"),
        Column("version", "Version"),
        Column("type", "Type"),
        Column("licences", "Licences"),
        Column("layer", "Layer", number=True),
        Column("presence", "Presence"),
    ),
)


class Shown(Struct, frozen=True):
    """A finding with all its details."""

    line: Line
    facts: tuple[Fact, ...]


def image(visit: Visit) -> Response:
    found = visit.ask("read_image")
    stored = kept(visit).of(visit, found["identity"]) if found["state"] == "ready" else None
    waits = visit.ask("read_scan") if stored is None else None
    return visit.render(
        "image.html",
        image=found,
        here=_address(visit, found),
        stored=stored,
        view=stored.view if stored else None,
        charts=stored.charts if stored else (),
        waits=waits,
        of_step=lambda number: f"{_address(visit, found)}/findings?step={number}",
        shown=_shown(stored, range(min(SHOWN, len(stored.findings)))) if stored else (),
        runs=_runs(visit, found["identity"]),
        beside=_beside(visit, found["identity"]) if stored else None,
        is_report=is_report(visit, found),
        **_exposure(visit),
    )


def _beside(visit: Visit, identity: str) -> named_images.Beside:
    assert visit.project is not None
    with visit.fleet.engine.connect() as connection:
        return named_images.beside(connection, visit.project.id, identity)


def is_report(visit: Visit, found: dict[str, Any]) -> bool:
    """Whether the image was uploaded as a report, which keeps its own findings."""
    if found["kind"] != "uploaded":
        return False
    with visit.fleet.engine.connect() as connection:
        return uploads.kind_of(connection, found["identity"]) == "report"


def findings(visit: Visit) -> Response:
    """The findings of one report, filtered in memory. A page begins after the finding in the parameter ``after``."""
    found = visit.ask("read_image")
    stored = kept(visit).of(visit, found["identity"])
    if stored is None:
        raise Refused(404, f"the image is not ready: {found['state']}", "not_ready")
    numbers = [number for number in _picked(visit, stored) if _passes(visit, stored.view.lines[number])]
    if kind := visit.query.get("export"):
        return exported(kind, "Findings", COLUMNS, (_cells(stored.view.lines[number]) for number in numbers))
    total, start = len(numbers), _start(stored, numbers, visit.query.get("after", ""))
    some = numbers[start : start + PAGE]
    following = stored.view.lines[some[-1]].anchor if start + PAGE < total else ""
    return visit.render(
        "findings.html",
        image=found,
        here=_address(visit, found),
        filters=_filters(stored),
        shown=_shown(stored, some),
        total=total,
        all=len(stored.findings),
        start=start,
        next=following,
        step=stored.view.steps[int(step)].step if (step := visit.query.get("step", "")) else None,
    )


def packages(visit: Visit) -> Response:
    found = visit.ask("read_image")
    return answer(visit, PACKAGES, image=found, here=_address(visit, found))


def _address(visit: Visit, image: dict[str, Any]) -> str:
    assert visit.project is not None
    return f"{visit.project.path}/images/{segment(image['identity'])}"


def _shown(stored: Stored, numbers: Sequence[int] | range) -> list[Shown]:
    return [Shown(stored.view.lines[number], facts_of(stored.findings[number])) for number in numbers]


def _filters(stored: Stored) -> list[Filter]:
    rows = [line.row for line in stored.view.lines]
    layers = sorted({row.layer for row in rows if row.layer is not None})
    found = [
        Filter("severity", "Severity", tuple((name, name) for name in SEVERITIES if any(row.severity == name for row in rows))),
        Filter("kind", "Kind", tuple((kind, label) for kind, label, _ in stored.view.kinds)),
        Filter("only", "Only", (("fixable", "with a fix"), ("exploited", "exploited"), ("possible", "possible"))),
        Filter("layer", "Layer", tuple((str(layer), str(layer)) for layer in layers[:40])),
    ]
    return [filter for filter in found if len(filter.choices) > 1]


def _picked(visit: Visit, stored: Stored) -> Sequence[int]:
    step = visit.query.get("step", "")
    if not step:
        return range(len(stored.findings))
    if not step.isdecimal() or not step.isascii() or int(step[:9]) >= len(stored.view.steps):
        raise Refused(404, "the report has no such step, or has it no longer", "step")
    return stored.view.step_rows[int(step)]


def _passes(visit: Visit, line: Line) -> bool:
    row, asked = line.row, visit.query
    only = asked.get("only", "")
    has = {"fixable": bool(row.fixed_in), "exploited": bool(row.exploited), "possible": row.confidence == "possible"}
    words = asked.get("q", "").lower().split()
    text = f"{row.id} {row.subject} {' '.join(row.aliases)} {row.title} {row.path}".lower() if words else ""
    return (
        asked.get("severity", row.severity) == row.severity
        and asked.get("kind", row.kind) == row.kind
        and asked.get("layer", str(row.layer)) == str(row.layer)
        and (not only or has.get(only, False))
        and all(word in text for word in words)
    )


def _start(stored: Stored, numbers: Sequence[int], anchor: str) -> int:
    if not anchor:
        return 0
    return next((place + 1 for place, number in enumerate(numbers) if stored.view.lines[number].anchor == anchor), 0)


def _cells(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "kind": row.kind,
        "id": row.id,
        "severity": row.severity,
        "risk": row.risk,
        "subject": row.subject,
        "fix": line.remedy,
        "layer": row.layer,
        "exploited": row.exploited,
        "confidence": row.confidence,
        "title": row.title,
    }


def _exposure(visit: Visit) -> dict[str, Any]:
    found = visit.ask("read_exposure")
    url = visit.request.base_url
    return {
        "exposure": found,
        "drawings": [(source, _drawing(source)) for source in found["sources"]],
        "address": f"{url.scheme}://{url.netloc}",
    }


def _drawing(source: Mapping[str, Any]) -> Drawing | None:
    routes = [
        Route(path["severity"], tuple((step["source"], step["target"]) for step in path["steps"]))
        for path in source["paths"]
        if path["steps"]
    ]
    ids = {id for route in routes for way in route.ways for id in way}
    names = {id: source["labels"].get(id, id) for id in ids}
    return drawing_of(routes, names, {node["id"] for node in source["containers"]}, INTERNET)


def _runs(visit: Visit, identity: str) -> list[dict[str, Any]]:
    """Where agents of the project saw the image run."""
    assert visit.project is not None
    columns = agent_report.c
    wanted = (
        select(columns.source, columns.namespace, columns.workload, columns.privileged, columns.at)
        .where(columns.project_id == visit.project.id, columns.digest == identity)
        .order_by(columns.at.desc())
        .limit(RUNS)
    )
    with visit.fleet.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(wanted)]


SCREENS = (
    Screen("/projects/{project}/images/{identity}", image),
    Screen("/projects/{project}/images/{identity}/findings", findings),
    Screen("/projects/{project}/images/{identity}/packages", packages),
    *OF_DOCKERFILE,
)

"""Two images side by side: what is new, what is gone, and the packages that changed."""

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from careen.formats.scans.saved_report import saved
from careen.model.finding import Finding
from careen.output.rows import Row, row_of
from careen.policy.compare import PackageChange, compare

from .listing import Column, exported
from .stored import Stored, kept
from .visit import Screen, Visit

SHOWN = 100  # lines of each part on the page; an export has all
CHANGES = {"introduced": "with a package", "disclosed": "newly known", "fix_available": "a fix came out"}
COLUMNS = tuple(Column(name, name) for name in ("change", "id", "severity", "package", "version", "why"))


class Changed(Struct, frozen=True):
    """A finding that is new or gone, and why."""

    row: Row
    why: str


class Compared(Struct, frozen=True):
    new: tuple[Changed, ...]
    gone: tuple[Changed, ...]
    same: int
    packages: tuple[PackageChange, ...]
    layers: int  # that both have


def show(visit: Visit) -> Response:
    ends = {name: visit.query.get(name, "").strip() for name in ("from", "to")}
    images = {name: visit.ask("read_image", identity=end) if end else None for name, end in ends.items()}
    chosen = None
    if images["from"] and images["to"]:
        stored = [kept(visit).of(visit, ends[name]) for name in ("from", "to")]
        if stored[0] and stored[1]:
            chosen = _compared(stored[0], stored[1])
    if chosen and (kind := visit.query.get("export")):
        return exported(kind, "Comparison", COLUMNS, _cells(chosen))
    return visit.render(
        "compare.html",
        before=images["from"],
        after=images["to"],
        is_whole=all(image and image["coverage"] == "assessed" for image in images.values()),
        ends=ends,
        found=chosen,
        most=SHOWN,
        choices=visit.ask("list_images", sort="newest", limit=50)["items"],
    )


def _compared(before: Stored, after: Stored) -> Compared:
    found = compare(saved(before.report), saved(after.report))
    new = [_changed(finding, after, CHANGES.get(str(getattr(finding, "change", "")), "")) for finding in found.new]
    gone = [_changed(entry.finding, before, entry.why) for entry in found.gone]
    layers = {layer.diff_id for layer in before.report.image.layers}
    shared = sum(layer.diff_id in layers for layer in after.report.image.layers)
    return Compared(tuple(new), tuple(gone), found.same, found.packages, shared)


def _changed(finding: Finding, of: Stored, why: str) -> Changed:
    return Changed(row_of(finding, of.report.image), why.replace("_", " "))


def _cells(found: Compared) -> Any:
    for change, entries in (("new", found.new), ("gone", found.gone)):
        for entry in entries:
            row = entry.row
            yield {
                "change": change,
                "id": row.id,
                "severity": row.severity,
                "package": row.package or row.path,
                "version": row.version,
                "why": entry.why,
            }


SCREENS = (Screen("/projects/{project}/compare", show),)

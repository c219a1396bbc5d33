"""Two images side by side: new findings, resolved findings, and changed packages.

The URL contains a digest, REPOSITORY:TAG, or the name of an upload for each image.
"""

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from careen.fleet import named_images
from careen.fleet.named_images import Beside, NamedImage
from careen.formats.scans.saved_report import saved
from careen.layers.compare import shared_layers
from careen.model.finding import Finding
from careen.output.rows import Row, row_of
from careen.policy.compare import PackageChange, compare

from .image import is_report
from .listing import Column, exported
from .stored import Stored, kept
from .visit import Screen, Visit

SHOWN = 100  # lines of each part on the page; an export contains all
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
    layers: int  # common layers, from the base upward


def show(visit: Visit) -> Response:
    ends = {name: visit.query.get(name, "").strip() for name in ("from", "to")}
    known = {name: _named(visit, end) for name, end in ends.items()}
    images = {
        name: visit.ask("read_image", identity=found[0].identity) if len(found) == 1 else None for name, found in known.items()
    }
    chosen = None
    if images["from"] and images["to"]:
        stored = [kept(visit).of(visit, found[0].identity) for found in known.values()]
        if stored[0] and stored[1]:
            chosen = _compared(stored[0], stored[1])
    if chosen and (kind := visit.query.get("export")):
        return exported(kind, "Comparison", COLUMNS, _cells(chosen))
    unknown = [name for name, end in ends.items() if end and not known[name]]
    return visit.render(
        "compare.html",
        404 if unknown else 200,
        before=images["from"],
        after=images["to"],
        several={name: found for name, found in known.items() if len(found) > 1},
        unknown=unknown,
        beside=_beside(visit, images["to"] or images["from"]) if not all(ends.values()) else None,
        reports=[image["reference"] for image in images.values() if image and is_report(visit, image)],
        is_whole=all(image and image["coverage"] == "assessed" for image in images.values()),
        ends=ends,
        found=chosen,
        most=SHOWN,
        choices=visit.ask("list_images", sort="newest", limit=50)["items"],
    )


def _named(visit: Visit, text: str) -> tuple[NamedImage, ...]:
    assert visit.project is not None
    with visit.fleet.engine.connect() as connection:
        return named_images.named(connection, visit.project.id, text)


def _beside(visit: Visit, image: dict[str, Any] | None) -> Beside:
    assert visit.project is not None
    with visit.fleet.engine.connect() as connection:
        return named_images.beside(connection, visit.project.id, image["identity"] if image else "")


def _compared(before: Stored, after: Stored) -> Compared:
    found = compare(saved(before.report), saved(after.report))
    new = [_changed(finding, after, CHANGES.get(str(getattr(finding, "change", "")), "")) for finding in found.new]
    gone = [_changed(entry.finding, before, entry.why) for entry in found.gone]
    images = (stored.report.image for stored in (before, after))
    shared = shared_layers(*((layer.diff_id or layer.digest for layer in image.layers) for image in images))
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

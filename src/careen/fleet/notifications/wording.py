"""Makes messages from events: their titles and lines, as fixed phrases around foreign names."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.output.escape import visible

from . import links
from .facts import Affected, day
from .message import Clocks, Images, Line, Message, Place, Vulnerability

TITLE = 300  # characters
COUNTED = {
    "introduced": "images with new vulnerabilities",
    "disclosed": "newly disclosed",
    "fix_available": "with a new fix",
    "exploited": "exploited now",
    "resolved": "no longer found",
    "end_of_life": "at its end of life",
    "source_failed": "sources that failed or are stale",
    "image_ready": "images assessed",
    "image_failed": "images that failed",
}
# The message is named after the most urgent change.
ORDER = ("exploited", "disclosed", "introduced", "fix_available", "resolved")
HAPPENED = {
    "exploited": "is exploited",
    "disclosed": "is newly disclosed",
    "introduced": "came with a new image",
    "fix_available": "has a fix",
    "resolved": "is no longer found",
}


class About(Struct, frozen=True):
    """The project that a message is for, and the URL of its pages."""

    project_id: int
    project: str
    address: str
    now: float


def of_vulnerability(
    about: About, id: str, changes: Mapping[str, float], found: Affected, counted: int, severity: str
) -> Message:
    """A message about a vulnerability. ``changes`` maps kinds of events to their times. ``counted`` is how many images
    had it when the events occurred.
    """
    kinds = tuple(kind for kind in ORDER if kind in changes)
    count = max(found.images.count, counted)
    title = f"{id} {HAPPENED[kinds[0]]}: {_images(count)} in {about.project}"
    known = found.of or Vulnerability(visible(id), severity)
    clocks = known.clocks
    if "exploited" in changes:
        clocks = Clocks(clocks.introduced, clocks.disclosed, clocks.fix_available, day(changes["exploited"]))
    return Message(
        kind="vulnerability",
        title=visible(title, TITLE),
        project_id=about.project_id,
        project=visible(about.project),
        at=about.now,
        severity=known.severity or severity,
        changes=kinds,
        counts=dict.fromkeys(kinds, 1),
        vulnerability=Vulnerability(known.id, known.severity, known.exploited, known.epss, clocks, known.fixes),
        images=replace(found.images, count=count),
        link=links.vulnerability(about.address, about.project_id, id),
    )


def of_images(about: About, kind: str, details: Sequence[Mapping[str, Any]], more: int) -> Message:
    """A message about images that became ready, failed, or introduced too many vulnerabilities for separate messages."""
    first = details[0] if details else {}
    count = len(details) + more
    subject = str(first.get("reference", "")) if count == 1 else _images(count)
    titles = {
        "image_ready": f"{subject}: assessed",
        "image_failed": f"{subject}: not assessed, reading failed",
        "introduced": f"{subject}: new vulnerabilities ({sum(int(detail.get('count', 0)) for detail in details)})",
    }
    lines = tuple(_of_image(about, kind, detail) for detail in details)
    places = tuple(Place(line.text, line.link) for line in lines[:3]) if kind == "image_ready" else ()
    return Message(
        kind="images",
        title=visible(f"{titles[kind]} in {about.project}", TITLE),
        project_id=about.project_id,
        project=visible(about.project),
        at=about.now,
        changes=(kind,),
        counts={kind: count},
        images=Images(count, 0, places),
        lines=lines,
        more=more,
        link=links.project(about.address, about.project_id),
    )


def of_sources(about: About, sources: Mapping[str, str]) -> Message:
    lines = tuple(Line(visible(f"{name}: {reason}")) for name, reason in sources.items())
    names = ", ".join(sources)
    return Message(
        kind="sources",
        title=visible(f"Advisories are out of date: {names}", TITLE),
        project_id=about.project_id,
        project=visible(about.project),
        at=about.now,
        changes=("source_failed",),
        counts={"source_failed": len(sources)},
        lines=lines,
        link=links.project(about.address, about.project_id),
    )


def of_ended_support(about: About, namespace: str, ended: str, images: int) -> Message:
    return Message(
        kind="end_of_life",
        title=visible(f"{namespace} has had no security updates since {ended}: {_images(images)} in {about.project}", TITLE),
        project_id=about.project_id,
        project=visible(about.project),
        at=about.now,
        changes=("end_of_life",),
        counts={"end_of_life": 1},
        images=Images(images),
        link=links.project(about.address, about.project_id),
    )


def of_many(
    about: About, kind: str, counts: Mapping[str, int], worst: Sequence[Line], more: int, severity: str, every: str = ""
) -> Message:
    """A summary of many events. ``kind`` is summary or digest; a digest comes ``every`` hour, day or week."""
    listed = ", ".join(f"{count:,} {COUNTED[name]}" for name, count in counts.items()) or "nothing new"
    title = f"{every.capitalize()} digest of {about.project}: {listed}" if kind == "digest" else f"{about.project}: {listed}"
    return Message(
        kind="digest" if kind == "digest" else "summary",
        title=visible(title, TITLE),
        project_id=about.project_id,
        project=visible(about.project),
        at=about.now,
        severity=severity,
        changes=tuple(counts),
        counts=dict(counts),
        lines=tuple(worst),
        more=more,
        link=links.project(about.address, about.project_id),
    )


def line_of(about: About, kind: str, id: str, package: str, severity: str, images: int) -> Line:
    """A line of a summary about one vulnerability."""
    text = (
        f"{id} {HAPPENED.get(kind, COUNTED[kind])}, {severity or 'unrated'}: {package or 'several packages'}, {_images(images)}"
    )
    return Line(visible(text, TITLE), links.vulnerability(about.address, about.project_id, id), severity)


def of_pause(about: About, left_out: int) -> Line:
    """A line of a summary about the events of a pause that were too many to be kept."""
    older = "1 older event" if left_out == 1 else f"{left_out:,} older events"
    return Line(f"{older} of the pause: too many to be kept for this message", links.project(about.address, about.project_id))


def _of_image(about: About, kind: str, detail: Mapping[str, Any]) -> Line:
    reference, link = (
        str(detail.get("reference", "")),
        links.image(about.address, about.project_id, str(detail.get("identity", ""))),
    )
    if kind == "image_failed":
        return Line(visible(f"{reference}: {detail.get('reason', '')}", TITLE), link)
    if kind == "introduced":
        ids = ", ".join(dict.fromkeys(str(id) for id, _ in detail.get("worst", ())[:5]))
        return Line(visible(f"{reference}: {detail.get('count', 0)}, first of all {ids}", TITLE), link)
    return Line(visible(reference, TITLE), link)


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"

"""``secrets``: what lies in one text."""

from typing import Any

from careen.model.finding import Location
from careen.secrets.find import find


def secrets(request: dict[str, Any]) -> list[dict[str, Any]]:
    lines = request["text"].split("\n")
    return [
        {"rule": one.id, "match": one.match, "start_line": _start(place.location, lines), "end_line": place.location.end_line}
        for one in find(request["text"].encode("utf-8", "surrogateescape"), request["path"])
        for place in one.all_places
    ]


def _start(place: Location, lines: list[str]) -> int | None:
    """The cases count a key from the line after its header."""
    several = place.line is not None and place.end_line is not None and place.end_line > place.line
    return place.line + 1 if several and lines[place.line - 1].lstrip().startswith("-----BEGIN") else place.line


OPS = {"secrets": secrets}

"""``secrets``: what lies in one text."""

from typing import Any

from careen.secrets.find import find


def secrets(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"rule": one.id, "match": one.match, "start_line": one.location.line, "end_line": one.location.end_line}
        for one in find(request["text"].encode("utf-8", "surrogateescape"), request["path"])
    ]


OPS = {"secrets": secrets}

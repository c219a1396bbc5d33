"""``misconfig``: the ids of our checks that fire on a set of files, by the type of the files."""

from typing import Any


def misconfig(request: dict[str, Any]) -> list[dict[str, Any]]:
    return BY_TYPE[request["type"]](request["files"])


BY_TYPE: dict[str, Any] = {}  # type -> function({name: text}) -> [{"id", "path", "line"}]
OPS = {"misconfig": misconfig}

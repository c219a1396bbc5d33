"""CVSS scores."""

from typing import Any

from careen.formats.feeds import cvss


def score(request: dict[str, Any]) -> dict[str, float]:
    return {"score": cvss.score(request["vector"])[1]}


OPS = {"cvss": score}

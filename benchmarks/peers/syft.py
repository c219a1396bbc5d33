"""Syft: an inventory alone, which is the smaller part of a scan."""

import json
from pathlib import Path

NAME = "syft"


def command(place: str, cache: Path, *, default: bool = False) -> list[str]:
    kind = "registry" if not place.startswith("/") else "docker-archive" if place.endswith(".tar") else "oci-dir"
    return ["bin/syft", "-q", "-o", "json", f"{kind}:{place}"]


def prepare(cache: Path, peers: Path) -> dict[str, str]:
    return {"SYFT_CHECK_FOR_APP_UPDATE": "false"}


def count(output: bytes) -> int:
    return len(json.loads(output)["artifacts"])

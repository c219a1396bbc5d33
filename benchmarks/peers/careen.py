"""Careen itself against the database below CAREEN_CACHE_DIR: vulnerabilities only, or its default scanners."""

import json
import shutil
from pathlib import Path

NAME = "careen"


def command(place: str, cache: Path, *, default: bool = False) -> list[str]:
    source = [place] if place.startswith("/") else [f"registry:{place}", "--plain-http"]
    scanners = () if default else ("--scanners", "vuln")
    return ["python", "-m", "careen", "scan", *source, "--offline", "--quiet", *scanners, "--format", "json"]


def prepare(cache: Path, database: Path) -> dict[str, str]:
    """A cache of its own with nothing but the database in it; gives the environment."""
    (cache / "database").mkdir(parents=True)
    for name in ("advisories.sqlite", "checked.json"):
        if (database / "database" / name).exists():
            shutil.copy(database / "database" / name, cache / "database" / name)
    return {"CAREEN_CACHE_DIR": str(cache)}


def count(output: bytes) -> int:
    return len(json.loads(output)["packages"])

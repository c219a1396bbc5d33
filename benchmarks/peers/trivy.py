"""Trivy, vulnerabilities only or its default scanners, with a database made from the same feeds (PEERS/trivycache)."""

import json
import shutil
from pathlib import Path

NAME = "trivy"


def command(place: str, cache: Path, *, default: bool = False) -> list[str]:
    scanners = "vuln,secret" if default else "vuln"
    flags = f"--skip-db-update --skip-java-db-update --offline-scan --scanners {scanners} --format json --list-all-pkgs"
    source = ["--input", place] if place.startswith("/") else ["--image-src", "remote", place]
    return ["bin/trivy", "-q", "--cache-dir", str(cache), "image", *source, *flags.split()]


def prepare(cache: Path, peers: Path) -> dict[str, str]:
    shutil.copytree(peers / "trivycache", cache, ignore=shutil.ignore_patterns("fanal"), dirs_exist_ok=True)  # its scans
    return {}


def count(output: bytes) -> int:
    results = json.loads(output).get("Results") or []
    return sum(len(result.get("Packages") or []) for result in results)

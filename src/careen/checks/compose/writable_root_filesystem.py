"""Root file system is writable (read_only not set)."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if not service.is_on("read_only"):
            yield below(service, "may write to its root file system", "read_only")


CHECK = Check(
    id="CMP-018",
    title="Root file system is writable (read_only not set)",
    severity="low",
    why="An attacker can replace programs and leave tools behind.",
    fix="Set read_only: true, and mount a tmpfs or volume for paths that the program writes to.",
    references=(
        "CIS Docker 5.13",
        "CWE-732",
    ),
    inspect=inspect,
)

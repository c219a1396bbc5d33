"""The root file system of a service is writable."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if not service.says("read_only"):
            yield below(service, "may write to its root file system", "read_only")


CHECK = Check(
    id="CMP-018",
    title="The root file system of a service is writable",
    severity="low",
    why="An intruder can replace programs and leave tools; the image no longer shows what runs.",
    fix="Set read_only: true and give it a tmpfs or a volume where it writes.",
    references=(
        "CIS Docker 5.13",
        "CWE-732",
    ),
    inspect=inspect,
)

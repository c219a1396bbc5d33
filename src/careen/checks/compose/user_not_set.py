"""A service runs as the user of its image."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if not service.node.text("user"):
            yield below(service, "runs as the user of its image")


CHECK = Check(
    id="CMP-043",
    title="A service runs as the user of its image",
    severity="low",
    why="Most images run as root, and the next version may.",
    fix="Set user to an id above 0.",
    references=(
        "CIS Docker 4.1",
        "CWE-250",
    ),
    inspect=inspect,
)

"""A service is in the UTS namespace of its host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("uts") == "host":
            yield below(service, "is in the UTS namespace of the host", "uts")


CHECK = Check(
    id="CMP-032",
    title="A service is in the UTS namespace of its host",
    severity="medium",
    why="It renames the host.",
    fix="Remove uts.",
    references=(
        "CIS Docker 5.21",
        "CWE-653",
    ),
    inspect=inspect,
)

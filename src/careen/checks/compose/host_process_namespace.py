"""A service is in the process namespace of its host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("pid") == "host":
            yield below(service, "is in the process namespace of the host", "pid")


CHECK = Check(
    id="CMP-010",
    title="A service is in the process namespace of its host",
    severity="high",
    why="It sees the processes of the host with their environment, and may signal, trace and, as root, enter them.",
    fix="Remove pid.",
    references=(
        "CIS Docker 5.16",
        "CWE-653",
    ),
    inspect=inspect,
)

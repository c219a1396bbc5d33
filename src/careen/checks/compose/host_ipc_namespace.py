"""A service is in the IPC namespace of its host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("ipc") == "host":
            yield below(service, "is in the IPC namespace of the host", "ipc")


CHECK = Check(
    id="CMP-031",
    title="A service is in the IPC namespace of its host",
    severity="high",
    why="It reads and writes the shared memory of the programs of the host.",
    fix="Remove ipc.",
    references=(
        "CIS Docker 5.17",
        "CWE-653",
    ),
    inspect=inspect,
)

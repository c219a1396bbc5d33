"""SSH port is published."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for port in service.ports():
            if port.target == "22" and port.protocol == "tcp":
                yield below(service, "publishes SSH", "ports", port.index)


CHECK = Check(
    id="CMP-068",
    title="SSH port is published",
    severity="medium",
    why="SSH is a second way in beside docker exec, with keys and accounts that nobody monitors.",
    fix="Remove the SSH server and its port; use docker exec.",
    references=(
        "CIS Docker 5.7",
        "CWE-1188",
    ),
    inspect=inspect,
)

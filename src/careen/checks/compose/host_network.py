"""Service shares the host's network namespace."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.network_mode == "host":
            yield below(service, "is in the network of the host", "network_mode")


CHECK = Check(
    id="CMP-008",
    title="Service shares the host's network namespace",
    severity="high",
    why="The container reaches services on the host's loopback address and opens host ports; no network isolates it.",
    fix="Remove network_mode: host, and publish the ports that are needed.",
    references=(
        "CIS Docker 5.10",
        "CWE-653",
    ),
    inspect=inspect,
)

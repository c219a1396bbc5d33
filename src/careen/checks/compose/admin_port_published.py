"""Database or admin port is published on all addresses."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.kubernetes import network_policy
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for port in service.ports():
            found = sorted(port.numbers() & network_policy.ADMIN_PORTS.keys())
            if found and port.everywhere:
                yield below(service, f"publishes {network_policy.ADMIN_PORTS[found[0]]} (port {found[0]})", "ports", port.index)


CHECK = Check(
    id="CMP-035",
    title="Database or admin port is published on all addresses",
    severity="high",
    why="Such services are made for trusted networks; Internet scanners find an open port within minutes.",
    fix="Remove the port: services reach each other by name without it. For tools, bind it to 127.0.0.1.",
    references=(
        "CIS Docker 5.14",
        "CWE-668",
        "CWE-306",
    ),
    inspect=inspect,
)

"""Port is published on all addresses of the host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for port in service.ports():
            if port.everywhere:
                yield below(service, f"publishes port {port.target} on every address", "ports", port.index)
        if service.is_on("publish_all"):  # only docker run has it
            yield below(service, "publishes all ports of its image on every address", "publish_all")


CHECK = Check(
    id="CMP-011",
    title="Port is published on all addresses of the host",
    severity="medium",
    why="Every network of the host can reach the port; the engine opens it past the host's firewall.",
    fix='Bind the port to an address ("127.0.0.1:8080:80"), or use a reverse proxy.',
    references=(
        "CIS Docker 5.14",
        "CWE-668",
    ),
    inspect=inspect,
)

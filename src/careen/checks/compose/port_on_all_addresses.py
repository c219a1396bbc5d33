"""A port is published on every address of the host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for port in service.ports():
            if port.everywhere:
                yield below(service, f"publishes port {port.target} on every address", "ports", port.index)
        if service.says("publish_all"):  # of docker run alone
            yield below(service, "publishes all ports of its image on every address", "publish_all")


CHECK = Check(
    id="CMP-011",
    title="A port is published on every address of the host",
    severity="medium",
    why="It is open to every network the host is in, and the engine opens it past the firewall of the host.",
    fix='Bind it to an address: "127.0.0.1:8080:80", or put a reverse proxy before it.',
    references=(
        "CIS Docker 5.14",
        "CWE-668",
    ),
    inspect=inspect,
)

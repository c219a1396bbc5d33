"""A service is in the network of its host."""

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
    title="A service is in the network of its host",
    severity="high",
    why=(
        "It reaches what listens on the loopback address of the host, opens ports there, and no network of Compose "
        "separates it."
    ),
    fix="Remove network_mode and publish the ports that are needed.",
    references=(
        "CIS Docker 5.10",
        "CWE-653",
    ),
    inspect=inspect,
)

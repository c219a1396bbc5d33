"""All services share one network."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    networks = [frozenset(service.networks()) for service in compose.services]
    published = [service for service in compose.services if next(service.ports(), None) is not None]
    if len(networks) > 2 and len(set(networks)) == 1 and len(networks[0]) == 1 and published:
        name = next(iter(networks[0]))
        yield below(published[0], f"is on network {name} with all other services", "networks")


CHECK = Check(
    id="CMP-012",
    title="All services share one network",
    severity="low",
    why="An attacker who breaks into the exposed service reaches all others directly.",
    fix="Define a network for each pair that must connect, with internal: true if nothing is published.",
    references=(
        "CIS Docker 5.30",
        "CWE-653",
    ),
    inspect=inspect,
)

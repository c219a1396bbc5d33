"""Containers are on the host's LAN (macvlan, ipvlan)."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for network in compose.networks.values():
        if network.node.text("driver") in ("macvlan", "ipvlan", "host"):
            yield below(network, f"has the driver {network.node.text('driver')}", "driver")


CHECK = Check(
    id="CMP-067",
    title="Containers are on the host's LAN (macvlan, ipvlan)",
    severity="low",
    why="The LAN reaches all ports of the containers, published or not, past the host's firewall.",
    fix="Use a bridge network and publish the ports that are needed.",
    references=(
        "CWE-668",
        "CIS Docker 5.14",
    ),
    inspect=inspect,
)

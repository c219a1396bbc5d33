"""A network puts containers on the network of the host's neighbours."""

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
    title="A network puts containers on the network of the host's neighbours",
    severity="low",
    why="They are reached from there past the ports that are published, and the host's firewall does not see them.",
    fix="Use a bridge and publish ports.",
    references=(
        "CWE-668",
        "CIS Docker 5.14",
    ),
    inspect=inspect,
)

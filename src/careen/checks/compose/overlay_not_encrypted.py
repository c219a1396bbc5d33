"""Overlay network is not encrypted."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for network in compose.networks.values():
        if network.node.text("driver") == "overlay" and network.node.text("driver_opts", "encrypted") not in ("true", "1"):
            yield below(network, "is not encrypted", "driver")


CHECK = Check(
    id="CMP-037",
    title="Overlay network is not encrypted",
    severity="low",
    why="Traffic between services crosses the network between hosts in plain text.",
    fix='Set driver_opts.encrypted: "true".',
    references=(
        "CIS Docker 7.3",
        "CWE-319",
    ),
    inspect=inspect,
)

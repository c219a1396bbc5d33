"""A service uses links."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for key in ("links", "external_links"):
            if service.node.seq(key):
                yield below(service, f"uses {key}", key)


CHECK = Check(
    id="CMP-013",
    title="A service uses links",
    severity="low",
    why="Links copy the environment of the other service, passwords among it, and keep all on one network.",
    fix="Remove links; services of one network reach each other by name.",
    references=(
        "CIS Docker 2.2",
        "CWE-526",
    ),
    inspect=inspect,
)

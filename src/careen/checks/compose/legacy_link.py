"""links is deprecated."""

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
    title="links is deprecated",
    severity="low",
    why="Links copy the environment of the other service, including passwords, and require one shared network.",
    fix="Remove links; services of one network reach each other by name.",
    references=(
        "CIS Docker 2.2",
        "CWE-526",
    ),
    inspect=inspect,
)

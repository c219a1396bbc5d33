"""Logging is disabled."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("logging", "driver") == "none":
            yield below(service, "throws its logs away", "logging")


CHECK = Check(
    id="CMP-060",
    title="Logging is disabled",
    severity="medium",
    why="After an attack nobody can reconstruct what happened.",
    fix="Remove driver: none, and limit the size of logs instead.",
    references=(
        "CIS Docker 2.13",
        "CWE-778",
    ),
    inspect=inspect,
)

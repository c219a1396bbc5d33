"""HEALTHCHECK of the image is disabled."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.formats.services.compose_service import is_true
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        health = service.node.map("healthcheck")
        if is_true(health.get("disable")) or health.texts("test") == ["NONE"]:
            yield below(service, "switches the health check of its image off", "healthcheck")


CHECK = Check(
    id="CMP-054",
    title="HEALTHCHECK of the image is disabled",
    severity="low",
    why="A program that hangs is neither detected nor restarted.",
    fix="Remove healthcheck.disable.",
    references=(
        "CIS Docker 5.27",
        "CWE-778",
    ),
    inspect=inspect,
)

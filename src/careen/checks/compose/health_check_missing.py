"""healthcheck missing."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if not service.node.map("healthcheck"):
            yield below(service, "has no health check here", "healthcheck")


CHECK = Check(
    id="CMP-055",
    title="healthcheck missing",
    severity="negligible",
    why="A program that hangs is neither detected nor restarted, unless the image has a HEALTHCHECK.",
    fix="Add a healthcheck.",
    references=("CIS Docker 5.27",),
    inspect=inspect,
    default=False,
)

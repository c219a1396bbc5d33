"""A service has no limit of processors."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.limit("cpus") is None:
            yield below(service, "has no limit of processors", "deploy", "resources", "limits")


CHECK = Check(
    id="CMP-045",
    title="A service has no limit of processors",
    severity="low",
    why="A busy or hijacked service takes all processors of the host from its neighbours.",
    fix="Set cpus, or deploy.resources.limits.cpus.",
    references=(
        "CIS Docker 5.12",
        "CWE-770",
    ),
    inspect=inspect,
)

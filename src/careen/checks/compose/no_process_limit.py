"""A service has no limit of processes."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.limit("pids") is None:
            yield below(service, "has no limit of processes", "deploy", "resources", "limits")


CHECK = Check(
    id="CMP-046",
    title="A service has no limit of processes",
    severity="low",
    why="One fork bomb leaves no process ids for the whole host.",
    fix="Set pids_limit, or deploy.resources.limits.pids.",
    references=(
        "CIS Docker 5.29",
        "CWE-770",
    ),
    inspect=inspect,
)

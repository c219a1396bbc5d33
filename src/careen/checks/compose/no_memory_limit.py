"""A service has no limit of memory."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.limit("memory") is None:
            yield below(service, "has no limit of memory", "deploy", "resources", "limits")


CHECK = Check(
    id="CMP-019",
    title="A service has no limit of memory",
    severity="low",
    why="One leak or flood takes the memory of the host and the kernel kills its neighbours.",
    fix="Set mem_limit, or deploy.resources.limits.memory.",
    references=(
        "CIS Docker 5.11",
        "CWE-770",
    ),
    inspect=inspect,
)

"""Service is privileged."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.is_on("privileged"):
            yield below(service, "is privileged", "privileged")


CHECK = Check(
    id="CMP-001",
    title="Service is privileged",
    severity="critical",
    why="The container has all capabilities and devices of the host: an attacker who breaks into it controls the host.",
    fix="Remove privileged, and add only the capability or device that is needed.",
    references=(
        "CIS Docker 5.5",
        "CWE-250",
    ),
    inspect=inspect,
)

"""A service is privileged."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.says("privileged"):
            yield below(service, "is privileged", "privileged")


CHECK = Check(
    id="CMP-001",
    title="A service is privileged",
    severity="critical",
    why="It has every capability and every device of the host: whoever breaks into it owns the host.",
    fix="Remove privileged, and add the one capability or device that is needed.",
    references=(
        "CIS Docker 5.5",
        "CWE-250",
    ),
    inspect=inspect,
)

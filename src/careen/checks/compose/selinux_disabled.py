"""A service runs without SELinux labels."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if "label=disable" in service.security:
            yield below(service, "runs without SELinux labels", "security_opt")


CHECK = Check(
    id="CMP-041",
    title="A service runs without SELinux labels",
    severity="medium",
    why="Without the label a way out of the container meets no second wall.",
    fix="Remove label:disable from security_opt.",
    references=(
        "CIS Docker 5.3",
        "CWE-693",
    ),
    inspect=inspect,
)

"""A service does not drop all capabilities."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if "ALL" not in service.dropped:
            yield below(service, "does not drop all capabilities", "cap_drop")


CHECK = Check(
    id="CMP-039",
    title="A service does not drop all capabilities",
    severity="low",
    why=(
        "The engine hands out some fourteen capabilities by default; a program seldom needs one, an attacker has use for all."
    ),
    fix="Set cap_drop: [ALL] and add what the program fails without.",
    references=(
        "CIS Docker 5.4",
        "CWE-250",
    ),
    inspect=inspect,
)

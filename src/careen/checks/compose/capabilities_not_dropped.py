"""Service does not drop all capabilities."""

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
    title="Service does not drop all capabilities",
    severity="low",
    why="The engine grants some fourteen capabilities by default: programs seldom need one, attackers use them.",
    fix="Set cap_drop: [ALL], and cap_add only what is needed.",
    references=(
        "CIS Docker 5.4",
        "CWE-250",
    ),
    inspect=inspect,
)

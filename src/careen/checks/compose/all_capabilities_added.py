"""Service adds all capabilities."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if "ALL" in service.added:
            yield below(service, "adds all capabilities", "cap_add")


CHECK = Check(
    id="CMP-038",
    title="Service adds all capabilities",
    severity="critical",
    why="All capabilities together amount to root on the host.",
    fix="Set cap_drop: [ALL], and cap_add only what is needed.",
    references=(
        "CIS Docker 5.4",
        "CWE-250",
    ),
    inspect=inspect,
)

"""A service adds all capabilities."""

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
    title="A service adds all capabilities",
    severity="critical",
    why="All capabilities together are root on the host in all but name.",
    fix="Drop ALL and add the one that is needed.",
    references=(
        "CIS Docker 5.4",
        "CWE-250",
    ),
    inspect=inspect,
)

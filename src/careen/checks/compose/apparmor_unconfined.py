"""A service runs without AppArmor."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if "apparmor=unconfined" in service.security:
            yield below(service, "runs without AppArmor", "security_opt")


CHECK = Check(
    id="CMP-040",
    title="A service runs without AppArmor",
    severity="high",
    why="The default profile keeps a container from mounting, tracing and writing to /proc and /sys.",
    fix="Remove apparmor:unconfined from security_opt.",
    references=(
        "CIS Docker 5.2",
        "CWE-693",
    ),
    inspect=inspect,
)

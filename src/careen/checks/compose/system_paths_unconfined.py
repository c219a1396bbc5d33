"""A service has the whole of /proc and /sys."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if "systempaths=unconfined" in service.security:
            yield below(service, "has the whole of /proc and /sys", "security_opt")


CHECK = Check(
    id="CMP-042",
    title="A service has the whole of /proc and /sys",
    severity="high",
    why="The masks hide kernel memory, keys and switches of the host; without them they are readable, some writable.",
    fix="Remove systempaths:unconfined from security_opt.",
    references=(
        "CIS Docker 5.2",
        "CWE-693",
    ),
    inspect=inspect,
)

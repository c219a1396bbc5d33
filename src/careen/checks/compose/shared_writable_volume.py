"""Writable volume is shared by several services."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for name, sharers in compose.users.items():
        writers = [(service, mount) for service, mount in sharers if not mount.read_only]
        if len({service.name for service, _ in writers}) > 1:
            names = ", ".join(sorted({service.name for service, _ in sharers})[:5])
            for service, mount in writers:
                yield below(service, f"may write volume {name}, shared by {names}", "volumes", mount.index)


CHECK = Check(
    id="CMP-005",
    title="Writable volume is shared by several services",
    severity="medium",
    why="An attacker in one service can plant files that the others run or trust.",
    fix="Give each service its own volume, or mount it read-only (:ro) in all but one.",
    references=(
        "CWE-668",
        "CWE-1220",
    ),
    inspect=inspect,
)

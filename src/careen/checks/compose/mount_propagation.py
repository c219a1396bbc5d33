"""A service propagates its mounts to its host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if mount.propagation in ("shared", "rshared"):
                yield below(service, f"propagates its mounts under {mount.source} to the host", "volumes", mount.index)


CHECK = Check(
    id="CMP-007",
    title="A service propagates its mounts to its host",
    severity="high",
    why="What it mounts appears on the host and in other containers, over whatever was there.",
    fix="Use rslave or rprivate.",
    references=(
        "CIS Docker 5.20",
        "CWE-668",
    ),
    inspect=inspect,
)

"""Mount propagation to the host."""

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
    title="Mount propagation to the host",
    severity="high",
    why="Mounts of the container appear on the host and in other containers, over existing files.",
    fix="Set propagation to rslave or rprivate.",
    references=(
        "CIS Docker 5.20",
        "CWE-668",
    ),
    inspect=inspect,
)

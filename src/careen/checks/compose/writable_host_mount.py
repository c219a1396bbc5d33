"""Host path is mounted writable."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if not mount.read_only and mount.host_path.startswith(("/", "~")) and not mount.host_path.endswith(".sock"):
                yield below(service, f"may write to {mount.host_path} of the host", "volumes", mount.index)


CHECK = Check(
    id="CMP-004",
    title="Host path is mounted writable",
    severity="medium",
    why="Files that the container writes stay on the host, where the host or other services may run or trust them.",
    fix="Mount it read-only (:ro), or use a named volume.",
    references=(
        "CIS Docker 5.6",
        "CWE-668",
    ),
    inspect=inspect,
)

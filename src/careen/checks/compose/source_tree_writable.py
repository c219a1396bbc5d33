"""Project folder is mounted writable."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if not mount.read_only and mount.host_path.startswith("."):
                yield below(service, f"may write to {mount.host_path}", "volumes", mount.index)


CHECK = Check(
    id="CMP-028",
    title="Project folder is mounted writable",
    severity="negligible",
    why="An attacker can change the sources that are built and deployed next.",
    fix="Mount it read-only (:ro), or copy it into the image.",
    references=("CWE-732",),
    inspect=inspect,
    default=False,
)

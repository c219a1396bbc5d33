"""tmpfs is mounted with exec."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if mount.kind == "tmpfs" and "exec" in mount.options:
                yield below(service, f"may run programs from {mount.target}", "tmpfs")


CHECK = Check(
    id="CMP-025",
    title="tmpfs is mounted with exec",
    severity="low",
    why="An attacker can run programs from it without leaving a trace on disk.",
    fix="Remove exec; noexec is the default.",
    references=("CWE-732",),
    inspect=inspect,
)

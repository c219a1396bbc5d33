"""Sensitive host path is writable."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.formats.services.host_path import is_sensitive
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if not mount.read_only and is_sensitive(mount.host_path):
                yield below(service, f"may write to {mount.host_path} of the host", "volumes", mount.index)


CHECK = Check(
    id="CMP-003",
    title="Sensitive host path is writable",
    severity="high",
    why="The container can change programs, configuration and devices of the host, which root of the host uses.",
    fix="Remove the mount, or mount only what is needed, read-only (:ro).",
    references=(
        "CIS Docker 5.6",
        "CWE-668",
        "CWE-732",
    ),
    inspect=inspect,
)

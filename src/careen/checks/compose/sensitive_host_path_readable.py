"""Sensitive host path is readable."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.formats.services.host_path import is_sensitive
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if mount.read_only and is_sensitive(mount.host_path):
                yield below(service, f"reads {mount.host_path} of the host", "volumes", mount.index)


CHECK = Check(
    id="CMP-027",
    title="Sensitive host path is readable",
    severity="medium",
    why="The container can read keys, password hashes and files of other containers.",
    fix="Remove the mount, or mount only the file that is needed.",
    references=(
        "CIS Docker 5.6",
        "CWE-668",
    ),
    inspect=inspect,
)

"""Sensitive host path is readable."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

SENSITIVE = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var/run"),
    *("/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/kubelet", "/var/log", "/var/spool/cron"),
)
HARMLESS = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo")


def sensitive(path: str) -> bool:
    below = any(path == folder or path.startswith(folder + "/") for folder in SENSITIVE)
    return path == "/" or (below and not path.startswith(HARMLESS) and not path.endswith(".sock"))


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if mount.read_only and sensitive(mount.host_path):
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

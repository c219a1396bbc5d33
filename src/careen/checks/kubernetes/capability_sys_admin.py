"""A container adds the capability SYS_ADMIN."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "SYS_ADMIN" in container.added:
            yield at(container, "adds the capability SYS_ADMIN", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-092",
    title="A container adds the capability SYS_ADMIN",
    severity="high",
    why="It mounts, enters namespaces and reaches much of the kernel: as good as root on the node.",
    fix="Remove SYS_ADMIN from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

"""A container adds the capability SYS_RAWIO."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "SYS_RAWIO" in container.added:
            yield at(container, "adds the capability SYS_RAWIO", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-099",
    title="A container adds the capability SYS_RAWIO",
    severity="high",
    why="It reads and writes ports, memory and disks of the node directly.",
    fix="Remove SYS_RAWIO from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

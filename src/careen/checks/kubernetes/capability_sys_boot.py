"""A container adds the capability SYS_BOOT."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "SYS_BOOT" in container.added:
            yield at(container, "adds the capability SYS_BOOT", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-112",
    title="A container adds the capability SYS_BOOT",
    severity="high",
    why="It reboots the node and loads another kernel.",
    fix="Remove SYS_BOOT from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

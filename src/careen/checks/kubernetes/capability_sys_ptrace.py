"""A container adds the capability SYS_PTRACE."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "SYS_PTRACE" in container.added:
            yield at(container, "adds the capability SYS_PTRACE", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-097",
    title="A container adds the capability SYS_PTRACE",
    severity="high",
    why="It reads and changes the memory of other processes; with the host's process namespace, of the node.",
    fix="Remove SYS_PTRACE from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

"""A container adds the capability CHECKPOINT_RESTORE."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "CHECKPOINT_RESTORE" in container.added:
            yield at(container, "adds the capability CHECKPOINT_RESTORE", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-116",
    title="A container adds the capability CHECKPOINT_RESTORE",
    severity="medium",
    why="It reads the memory maps of other processes and chooses process ids.",
    fix="Remove CHECKPOINT_RESTORE from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

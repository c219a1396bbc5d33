"""A container adds the capability BPF."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "BPF" in container.added:
            yield at(container, "adds the capability BPF", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-100",
    title="A container adds the capability BPF",
    severity="high",
    why="It loads programs into the kernel that see the calls and traffic of every container of the node.",
    fix="Remove BPF from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

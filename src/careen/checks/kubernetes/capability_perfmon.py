"""A container adds the capability PERFMON."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "PERFMON" in container.added:
            yield at(container, "adds the capability PERFMON", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-113",
    title="A container adds the capability PERFMON",
    severity="medium",
    why="It observes the kernel and every process of the node, which leaks addresses and keys.",
    fix="Remove PERFMON from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

"""A pod is in the process namespace of its node."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.get("hostPID") is True:
            yield at(pod, "is in the process namespace of the host", "hostPID")


CHECK = Check(
    id="K8S-002",
    title="A pod is in the process namespace of its node",
    severity="high",
    why="It sees the processes of the node with their environment, and may signal, trace and, as root, enter them.",
    fix="Remove hostPID, or set it to false.",
    references=(
        "PSS baseline: Host Namespaces",
        "CIS Kubernetes 5.2.3",
        "CWE-653",
    ),
    inspect=inspect,
)

"""A pod is in the IPC namespace of its node."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.get("hostIPC") is True:
            yield at(pod, "is in the IPC namespace of the host", "hostIPC")


CHECK = Check(
    id="K8S-003",
    title="A pod is in the IPC namespace of its node",
    severity="high",
    why="It reads and writes the shared memory and queues of the node and of other pods in its IPC namespace.",
    fix="Remove hostIPC, or set it to false.",
    references=(
        "PSS baseline: Host Namespaces",
        "CIS Kubernetes 5.2.4",
        "CWE-653",
    ),
    inspect=inspect,
)

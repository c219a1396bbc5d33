"""Pods in namespaces of their node."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def _is_in(key: str, name: str, manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.get(key) is True:
            yield at(pod, f"is in the {name} namespace of the host", key)


CHECKS = (
    Check(
        id="K8S-002",
        title="A pod shares the process namespace of its node (hostPID)",
        severity="high",
        why="It sees the processes of the node with their environment, and may signal, trace and, as root, enter them.",
        fix="Remove hostPID, or set it to false.",
        references=("PSS baseline: Host Namespaces", "CIS Kubernetes 5.2.3", "CWE-653"),
        inspect=partial(_is_in, "hostPID", "process"),
    ),
    Check(
        id="K8S-003",
        title="A pod shares the IPC namespace of its node (hostIPC)",
        severity="high",
        why="It reads and writes the shared memory and queues of the node and of other pods in its IPC namespace.",
        fix="Remove hostIPC, or set it to false.",
        references=("PSS baseline: Host Namespaces", "CIS Kubernetes 5.2.4", "CWE-653"),
        inspect=partial(_is_in, "hostIPC", "IPC"),
    ),
    Check(
        id="K8S-004",
        title="A pod shares the network namespace of its node (hostNetwork)",
        severity="high",
        why=(
            "It reaches what listens on the loopback address of the node, may sniff its traffic, and no NetworkPolicy holds it."
        ),
        fix="Remove hostNetwork, or set it to false.",
        references=("PSS baseline: Host Namespaces", "CIS Kubernetes 5.2.5", "CWE-653"),
        inspect=partial(_is_in, "hostNetwork", "network"),
    ),
)

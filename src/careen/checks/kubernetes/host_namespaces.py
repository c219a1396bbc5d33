"""Pods that share namespaces of their node."""

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
        title="Pod shares the host's PID namespace (hostPID)",
        severity="high",
        why="It sees all processes of the node with their environment, can send signals to them and, as root, enter them.",
        fix="Remove hostPID, or set it to false.",
        references=("PSS baseline: Host Namespaces", "CIS Kubernetes 5.2.3", "CWE-653"),
        inspect=partial(_is_in, "hostPID", "process"),
    ),
    Check(
        id="K8S-003",
        title="Pod shares the host's IPC namespace (hostIPC)",
        severity="high",
        why="It can read and write shared memory and queues of the node and of other pods.",
        fix="Remove hostIPC, or set it to false.",
        references=("PSS baseline: Host Namespaces", "CIS Kubernetes 5.2.4", "CWE-653"),
        inspect=partial(_is_in, "hostIPC", "IPC"),
    ),
    Check(
        id="K8S-004",
        title="Pod shares the host's network namespace (hostNetwork)",
        severity="high",
        why=(
            "It reaches services on the node's loopback address and may sniff traffic, and network policies do not apply to it."
        ),
        fix="Remove hostNetwork, or set it to false.",
        references=("PSS baseline: Host Namespaces", "CIS Kubernetes 5.2.5", "CWE-653"),
        inspect=partial(_is_in, "hostNetwork", "network"),
    ),
)

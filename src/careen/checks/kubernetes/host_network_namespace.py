"""A pod is in the network namespace of its node."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.get("hostNetwork") is True:
            yield at(pod, "is in the network namespace of the host", "hostNetwork")


CHECK = Check(
    id="K8S-004",
    title="A pod is in the network namespace of its node",
    severity="high",
    why=("It reaches what listens on the loopback address of the node, may sniff its traffic, and no NetworkPolicy holds it."),
    fix="Remove hostNetwork, or set it to false.",
    references=(
        "PSS baseline: Host Namespaces",
        "CIS Kubernetes 5.2.5",
        "CWE-653",
    ),
    inspect=inspect,
)

"""Network policy selects a pod with hostNetwork."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    policies = network_policy.by_pod(manifests)
    for pod in manifests.pods:
        if pod.node.get("hostNetwork") is True and id(pod) in policies:
            yield at(pod, f"is not held by {policies[id(pod)][0].label}: it is in the network of its node", "hostNetwork")


CHECK = Check(
    id="NWP-010",
    title="Network policy selects a pod with hostNetwork",
    severity="medium",
    why="Network policies do not apply to such pods: the pod is not isolated.",
    fix="Remove hostNetwork, or filter the traffic on the node.",
    references=(
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
)

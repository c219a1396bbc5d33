"""A network policy selects a pod that is in the network of its node."""

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
    title="A network policy selects a pod that is in the network of its node",
    severity="medium",
    why="Policies do not hold such pods: the isolation that the policy promises is not there.",
    fix="Remove hostNetwork, or control the traffic on the node.",
    references=(
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
)

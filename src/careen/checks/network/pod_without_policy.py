"""Pod has no network policy."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    policies = network_policy.by_pod(manifests)
    for pod in manifests.pods:
        if id(pod) not in policies and pod.node.get("hostNetwork") is not True:
            yield at(pod, "is selected by no network policy")


CHECK = Check(
    id="NWP-001",
    title="Pod has no network policy",
    severity="medium",
    why="Every pod of the cluster can connect to it, and an attacker in it can connect to every address.",
    fix="Add a NetworkPolicy that selects the pod and lists its peers.",
    references=(
        "CIS Kubernetes 5.3.2",
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
)

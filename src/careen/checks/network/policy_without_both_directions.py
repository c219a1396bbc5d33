"""No network policy has rules for both directions of a pod."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    policies = network_policy.by_pod(manifests)
    for pod in manifests.pods:
        there = {
            kind
            for policy in policies.get(id(pod), ())
            for kind in network_policy.types(policy)
            if policy.spec.seq(kind.lower())
        }
        if not there >= {"Ingress", "Egress"}:
            yield at(pod, "has no network policy with rules for both directions")


CHECK = Check(
    id="NWP-011",
    title="No network policy has rules for both directions of a pod",
    severity="negligible",
    why="A direction without rules is either open to all or closed by accident.",
    fix="Give the pod a policy with both policyTypes and rules for both.",
    references=(
        "CIS Kubernetes 5.3.2",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
    default=False,
)

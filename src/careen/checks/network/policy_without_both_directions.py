"""Pod has no network policy for both directions."""

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
    title="Pod has no network policy for both directions",
    severity="negligible",
    why="The direction without rules is either open to all or blocked by accident.",
    fix="Set both policyTypes, Ingress and Egress, with rules for each.",
    references=(
        "CIS Kubernetes 5.3.2",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
    default=False,
)

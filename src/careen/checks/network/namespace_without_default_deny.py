"""Namespace has no default-deny network policy."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    closed = {
        (policy.namespace or "default", kind)
        for policy in network_policy.policies(manifests)
        for kind in network_policy.types(policy)
        if policy.spec.get("podSelector") == {} and not policy.spec.seq(kind.lower())
    }
    for namespace in manifests.of("Namespace"):
        missing = [kind for kind in ("Ingress", "Egress") if (namespace.name, kind) not in closed]
        if missing:
            yield at(namespace, f"has no policy that denies {' and '.join(missing).lower()} by default")


CHECK = Check(
    id="NWP-002",
    title="Namespace has no default-deny network policy",
    severity="low",
    why="Pods that no other policy selects, such as new ones, accept traffic from everywhere.",
    fix="Add a NetworkPolicy with an empty podSelector, both policyTypes and no rules.",
    references=(
        "CIS Kubernetes 5.3.2",
        "CWE-1188",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
)

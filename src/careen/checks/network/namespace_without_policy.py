"""Namespace has no network policy."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    with_policy = {policy.namespace or "default" for policy in network_policy.policies(manifests)}
    for namespace in manifests.of("Namespace"):
        if namespace.name not in with_policy:
            yield at(namespace, "has no network policy at all")


CHECK = Check(
    id="NWP-024",
    title="Namespace has no network policy",
    severity="low",
    why="Every pod of the cluster can connect to every pod of the namespace.",
    fix="Add a NetworkPolicy that denies by default, and one for each connection that is needed.",
    references=(
        "CIS Kubernetes 5.3.2",
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
    default=False,  # NWP-002 reports such namespaces, and those with policies that do not deny by default
)

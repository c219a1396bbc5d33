"""Network policy without podSelector."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for policy in network_policy.policies(manifests):
        selectors = ("podSelector", "namespaceSelector")
        peers = (peer for peer, _ in network_policy.peers(policy))
        if not any(key in policy.spec for key in selectors) and not any(key in peer for peer in peers for key in selectors):
            yield at(policy, "has no selector", "spec")


CHECK = Check(
    id="NWP-017",
    title="Network policy without podSelector",
    severity="medium",
    why="The API rejects the policy, or it isolates all pods of the namespace by accident.",
    fix="Set podSelector, or podSelector: {} for all pods.",
    references=(
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
)

"""Network policy peer matches no pod of these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for policy in network_policy.policies(manifests):
        for peer, keys in network_policy.peers(policy):
            selector = peer.map("podSelector")
            if selector and "namespaceSelector" not in peer and not manifests.selected(policy.namespace, selector):
                yield at(policy, "allows pods that are not here", *keys)


CHECK = Check(
    id="NWP-012",
    title="Network policy peer matches no pod of these manifests",
    severity="negligible",
    why="Anyone who can give a pod these labels gets access.",
    fix="Correct the selector of the peer, or check the manifests of both together.",
    references=(
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
    default=False,
)

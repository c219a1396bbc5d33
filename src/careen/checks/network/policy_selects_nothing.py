"""Network policy selects no pod of these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for policy in network_policy.policies(manifests):
        selector = policy.spec.map("podSelector")
        if selector and not manifests.selected(policy.namespace, selector):
            yield at(policy, "selects no pod", "spec", "podSelector")


CHECK = Check(
    id="NWP-004",
    title="Network policy selects no pod of these manifests",
    severity="low",
    why="Pods that the policy should isolate are open, often because of a misspelt label.",
    fix="Correct podSelector, or check the manifests of the pods together with the policy.",
    references=(
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
    default=False,
)

"""Network policy allows all traffic."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes import address_blocks, network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for policy in network_policy.policies(manifests):
        for index, rule in enumerate(policy.spec.seq("ingress")):
            if isinstance(rule, Mapping) and not rule.seq("from"):
                what = "on some ports" if rule.seq("ports") else "on every port"
                yield at(policy, f"lets everybody in {what}", "spec", "ingress", index)
        for peer, keys in network_policy.peers(policy):
            if "ingress" in keys and address_blocks.outside(peer.map("ipBlock")) == "all":
                yield at(policy, "lets every address in", *keys, "ipBlock", "cidr")


CHECK = Check(
    id="NWP-003",
    title="Network policy allows all traffic",
    severity="medium",
    why="A rule without peers, or with all addresses, allows traffic that the policy seems to deny.",
    fix="List the pods, namespaces or networks that need access.",
    references=(
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
)

"""Network policy allows all egress."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes import address_blocks, network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for policy in network_policy.policies(manifests):
        for index, rule in enumerate(policy.spec.seq("egress")):
            if isinstance(rule, Mapping) and not rule.seq("to") and not rule.seq("ports"):
                yield at(policy, "lets its pods reach everything", "spec", "egress", index)
        for peer, keys in network_policy.peers(policy):
            block = peer.map("ipBlock")
            if "egress" in keys and address_blocks.outside(block) == "all" and not block.seq("except"):
                yield at(policy, "lets its pods reach every address", *keys, "ipBlock", "cidr")


CHECK = Check(
    id="NWP-025",
    title="Network policy allows all egress",
    severity="low",
    why="An attacker in a pod can load tools, send data out, and reach every other system.",
    fix="List the pods, namespaces or networks that the pods need, and DNS.",
    references=(
        "CWE-923",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
    default=False,
)

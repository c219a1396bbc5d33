"""Network policy allows the cloud metadata service."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import address_blocks, network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_METADATA = ("169.254.169.254", "fd00:ec2::254")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for policy in network_policy.policies(manifests):
        for peer, keys in network_policy.peers(policy):
            block = peer.map("ipBlock")
            for address in _METADATA if "egress" in keys else ():
                if address_blocks.admits(block, address):
                    yield at(policy, f"lets its pods reach {address}", *keys, "ipBlock")


CHECK = Check(
    id="NWP-008",
    title="Network policy allows the cloud metadata service",
    severity="high",
    why="Pods can get credentials of the node, often with wide rights in the cloud account.",
    fix="Add 169.254.169.254/32 to except, or allow only the networks that are needed.",
    references=(
        "CWE-918",
        "CWE-522",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    inspect=inspect,
)

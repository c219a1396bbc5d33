"""A kubelet does not keep the firewall chains of Kubernetes."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "make-iptables-util-chains"):
        if value == "false":
            yield at(resource, "does not keep the chains of iptables", *keys)


CHECK = Check(
    id="K8S-256",
    title="A kubelet does not keep the firewall chains of Kubernetes",
    severity="low",
    why="Rules of node and cluster drift apart, and packets pass that should not.",
    fix="Remove makeIPTablesUtilChains: false.",
    references=(
        "CIS Kubernetes 4.2.7",
        "CWE-1188",
    ),
    inspect=inspect,
)

"""Service is reachable from outside the cluster."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service, how in network_policy.exposed_services(manifests):
        if how != "externalIPs":
            yield at(service, f"is reached from outside: {how}", "spec", "type")


CHECK = Check(
    id="NWP-005",
    title="Service is reachable from outside the cluster",
    severity="medium",
    why="The network of the nodes, often the Internet, reaches it past the controls of an Ingress or Gateway.",
    fix="Use type: ClusterIP behind an Ingress or Gateway, or restrict the sources.",
    references=(
        "CWE-668",
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    inspect=inspect,
)

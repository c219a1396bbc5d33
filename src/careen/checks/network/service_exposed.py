"""A Service is reached from outside the cluster."""

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
    title="A Service is reached from outside the cluster",
    severity="medium",
    why="It is open to the network of the nodes, often to the Internet, past the checks of an Ingress or Gateway.",
    fix="Use type ClusterIP behind an Ingress or Gateway, or limit who may reach it.",
    references=(
        "CWE-668",
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    inspect=inspect,
)

"""Service uses externalIPs."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service in manifests.services:
        if addresses := service.spec.texts("externalIPs"):
            yield at(service, f"takes traffic to {', '.join(addresses[:5])}", "spec", "externalIPs")


CHECK = Check(
    id="NWP-013",
    title="Service uses externalIPs",
    severity="high",
    why="The Service takes over traffic through the nodes to any address that it names (CVE-2020-8554).",
    fix="Use a load balancer; reject externalIPs with the admission plugin DenyServiceExternalIPs.",
    references=(
        "CVE-2020-8554",
        "CWE-940",
    ),
    inspect=inspect,
)

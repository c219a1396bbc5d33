"""A Service takes external addresses."""

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
    title="A Service takes external addresses",
    severity="high",
    why=(
        "It takes the traffic that passes through the nodes to any address it names, whoever that belongs to (CVE-2020-8554)."
    ),
    fix="Use a load balancer; deny externalIPs by the admission plugin DenyServiceExternalIPs.",
    references=(
        "CVE-2020-8554",
        "CWE-940",
    ),
    inspect=inspect,
)

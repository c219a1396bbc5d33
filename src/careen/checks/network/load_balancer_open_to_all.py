"""Load balancer is open to all addresses."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import address_blocks
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service in manifests.services:
        ranges = service.spec.texts("loadBalancerSourceRanges")
        open_to_all = not ranges or address_blocks.open_to_all(ranges)
        internal = any("internal" in key.lower() for key in service.annotations)
        if service.spec.text("type") == "LoadBalancer" and open_to_all and not internal:
            yield at(service, "takes requests from every address", "spec", "type")


CHECK = Check(
    id="NWP-019",
    title="Load balancer is open to all addresses",
    severity="low",
    why="Anyone on the Internet can reach the service, even if it is for a few clients only.",
    fix="Set loadBalancerSourceRanges, or make the load balancer internal.",
    references=(
        "CWE-668",
        "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer",
    ),
    inspect=inspect,
    default=False,
)

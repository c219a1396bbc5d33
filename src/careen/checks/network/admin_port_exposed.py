"""A database or an administration port is reached from outside the cluster."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import netpolicy
from careen.formats.kubernetes import Manifests
from careen.formats.yamldoc import Mapping
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service, how in netpolicy.exposed_services(manifests):
        ranges = service.spec.texts("loadBalancerSourceRanges")
        if ranges and not set(ranges) & set(netpolicy.WORLD):
            continue
        for index, port in enumerate(service.spec.seq("ports")):
            numbers = [port.get(key) for key in ("port", "targetPort")] if isinstance(port, Mapping) else []
            found = [netpolicy.ADMIN_PORTS[one] for one in numbers if isinstance(one, int) and one in netpolicy.ADMIN_PORTS]
            for what in found[:1]:
                yield at(service, f"lets {what} be reached from outside ({how})", "spec", "ports", index)


CHECK = Check(
    id="NWP-007",
    title="A database or an administration port is reached from outside the cluster",
    severity="high",
    why="Such services trust their network; scanners find them within minutes.",
    fix="Remove the port from the Service, or limit loadBalancerSourceRanges to who needs it.",
    references=(
        "CWE-668",
        "CWE-306",
        "CIS Kubernetes 5.3",
    ),
    inspect=inspect,
)

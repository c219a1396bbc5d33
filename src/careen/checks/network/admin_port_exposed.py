"""Database or admin port is reachable from outside."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes import address_blocks, network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service, how in network_policy.exposed_services(manifests):
        ranges = service.spec.texts("loadBalancerSourceRanges")
        if ranges and not address_blocks.open_to_all(ranges):
            continue
        for index, port in enumerate(service.spec.seq("ports")):
            numbers = [port.get(key) for key in ("port", "targetPort")] if isinstance(port, Mapping) else []
            found = [
                network_policy.ADMIN_PORTS[number]
                for number in numbers
                if isinstance(number, int) and number in network_policy.ADMIN_PORTS
            ]
            for what in found[:1]:
                yield at(service, f"lets {what} be reached from outside ({how})", "spec", "ports", index)


CHECK = Check(
    id="NWP-007",
    title="Database or admin port is reachable from outside",
    severity="high",
    why="Such services are made for trusted networks; Internet scanners find an open port within minutes.",
    fix="Remove the port from the Service, or restrict loadBalancerSourceRanges.",
    references=(
        "CWE-668",
        "CWE-306",
        "CIS Kubernetes 5.3",
    ),
    inspect=inspect,
)

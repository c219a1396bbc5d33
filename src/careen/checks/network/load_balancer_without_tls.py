"""Load balancer accepts plain HTTP."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

PLAIN = (80, 8080)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service in manifests.services:
        has_certificate = any(key.endswith(("-ssl-cert", "-tls-secret", "/app-protocols")) for key in service.annotations)
        for index, port in enumerate(service.spec.maps("ports")):
            is_plain = port.get("port") in PLAIN or port.text("appProtocol") == "http"
            if service.spec.text("type") == "LoadBalancer" and is_plain and not has_certificate:
                yield at(service, f"takes plain HTTP on port {port.text('port')}", "spec", "ports", index)


CHECK = Check(
    id="NWP-022",
    title="Load balancer accepts plain HTTP",
    severity="low",
    why="Anyone on the network path can read and change the traffic, including passwords and sessions.",
    fix="Name a certificate in the annotation of the load balancer, or serve TLS and remove the port.",
    references=(
        "CWE-319",
        "https://kubernetes.io/docs/concepts/services-networking/service/#ssl-support-on-aws",
    ),
    inspect=inspect,
    default=False,
)

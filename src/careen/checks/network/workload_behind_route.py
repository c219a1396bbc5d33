"""Workload is reached from outside through a route."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests, Resource
from careen.plugins import Check, Place

ROUTES = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")


def inspect(manifests: Manifests) -> Iterator[Place]:
    services = {(service.namespace or "default", service.name): service for service in manifests.services}
    for route, namespace, name in _backends(manifests):
        service = services.get((namespace or "default", name))
        pods = network_policy.backends(manifests, service) if service else []
        manifests.count_pairs(len(pods))
        for pod in pods:
            yield at(pod, f"is reached from outside through {route.label}")


def _backends(manifests: Manifests) -> Iterator[tuple[Resource, str, str]]:
    """(route, namespace, name) of each Service behind a route."""
    for ingress in manifests.of("Ingress"):
        for backend, _ in network_policy.ingress_backends(ingress):
            yield ingress, ingress.namespace, backend.text("service", "name") or backend.text("serviceName")
    for route in manifests.of(*ROUTES):
        if all(parent.text("kind") == "Service" for parent in route.spec.maps("parentRefs")):
            continue  # a route within the cluster, of a service mesh
        for rule in route.spec.maps("rules"):
            for backend in rule.maps("backendRefs"):
                yield route, backend.text("namespace") or route.namespace, backend.text("name")
    for service in manifests.of("VirtualService"):
        if set(service.spec.texts("gateways")) - {"mesh"}:
            for destination in _destinations(service.spec):
                name, _, rest = destination.text("host").partition(".")
                yield service, rest.partition(".")[0] or service.namespace, name


def _destinations(spec: Mapping) -> Iterator[Mapping]:
    for kind in ("http", "tcp", "tls"):
        for rule in spec.maps(kind):
            for route in rule.maps("route"):
                yield route.map("destination")


CHECK = Check(
    id="NWP-023",
    title="Workload is reached from outside through a route",
    severity="negligible",
    why="Its vulnerabilities can be attacked from outside the cluster.",
    fix="Check that it is meant to be public, and patch it first.",
    references=(
        "CWE-668",
        "https://kubernetes.io/docs/concepts/services-networking/ingress/",
    ),
    inspect=inspect,
    default=False,
)

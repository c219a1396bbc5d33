"""Ingress backend is not in these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for ingress in manifests.of("Ingress"):
        for backend, keys in network_policy.ingress_backends(ingress):
            name = backend.text("service", "name") or backend.text("serviceName")
            if not name:
                continue
            port = backend.map("service", "port")
            number = port.text("number") or port.text("name") or backend.text("servicePort")
            service = manifests.named("Service", name, ingress.namespace)
            known = {port.text(key) for port in service.spec.maps("ports") for key in ("port", "name")} if service else set()
            if number not in known:
                yield at(ingress, f"sends to Service {name}, port {number}, which is not here", *keys)


CHECK = Check(
    id="K8S-067",
    title="Ingress backend is not in these manifests",
    severity="low",
    why="Anyone who can create a Service of that name in the namespace gets the traffic.",
    fix="Correct the backend, or check both manifests together.",
    references=(
        "CWE-672",
        "https://kubernetes.io/docs/concepts/services-networking/ingress/",
    ),
    inspect=inspect,
    default=False,
)

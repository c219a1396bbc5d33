"""Retired ingress-nginx controller is deployed."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        name = image_name.parse(container.image)
        if name.repository.endswith(("ingress-nginx/controller", "nginx-ingress-controller/nginx-ingress-controller")):
            yield at(container, f"is ingress-nginx ({container.image})", "image")


CHECK = Check(
    id="K8S-057",
    title="Retired ingress-nginx controller is deployed",
    severity="medium",
    why=(
        "The project ended in March 2026: its vulnerabilities are not fixed, and it can read the Secrets of the whole cluster."
    ),
    fix="Use a maintained controller or the Gateway API.",
    references=(
        "CWE-1104",
        "CVE-2025-1974",
    ),
    inspect=inspect,
)

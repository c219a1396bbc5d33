"""Tiller (Helm 2) is deployed."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

PORT = 44134
NAMES = ("tiller", "tiller-deploy")
LABELS = ("app", "app.kubernetes.io/component", "app.kubernetes.io/name", "component", "k8s-app", "name")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if image_name.parse(container.image).last == "tiller":
            yield at(container, "is Tiller", "image")
        elif any(port.get("containerPort") == PORT for port in container.node.maps("ports")):
            yield at(container, f"is Tiller by its port {PORT}", "ports")
    for resource in manifests.resources:
        selector = resource.spec.map("selector")
        labels = (resource.labels, resource.spec.map("template", "metadata", "labels"), selector, selector.map("matchLabels"))
        if any(label.text(key) in NAMES for label in labels for key in LABELS):
            yield at(resource, "is Tiller by its labels", "metadata", "labels")
        elif resource.lower in ("deployment", "service") and resource.name in NAMES:
            yield at(resource, "is Tiller by its name", "metadata", "name")


CHECK = Check(
    id="K8S-056",
    title="Tiller (Helm 2) is deployed",
    severity="high",
    why="Any pod can send commands to Tiller without authentication, and it is usually cluster-admin.",
    fix="Remove it; Helm 3 needs no server in the cluster.",
    references=(
        "CWE-306",
        "CWE-1104",
    ),
    inspect=inspect,
)

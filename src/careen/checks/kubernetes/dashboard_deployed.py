"""Kubernetes dashboard is deployed."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

NAMES = ("dashboard", "kubernetes-dashboard-amd64", "dashboard-web", "dashboard-api")
LABELS = ("app", "app.kubernetes.io/name", "k8s-app")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        dashboards = [container for container in pod.containers if _is_dashboard(container.image)]
        for container in dashboards:
            yield at(container, "is the Kubernetes dashboard", "image")
        labels = (pod.labels, pod.resource.labels)
        if not dashboards and any(label.text(key) == "kubernetes-dashboard" for label in labels for key in LABELS):
            yield at(pod.resource, "is the Kubernetes dashboard by its labels", "metadata", "labels")


def _is_dashboard(image: str) -> bool:
    return image_name.parse(image).last in NAMES and "kubernetes" in image.lower()


CHECK = Check(
    id="K8S-058",
    title="Kubernetes dashboard is deployed",
    severity="low",
    why="The dashboard has the permissions of its service account, and is often exposed to the Internet by mistake.",
    fix="Remove it, or put it behind an authenticating proxy, with a read-only service account.",
    references=(
        "CIS Kubernetes 5.7",
        "CWE-306",
    ),
    inspect=inspect,
)

"""The Kubernetes dashboard is deployed."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

NAMES = ("dashboard", "kubernetes-dashboard-amd64", "dashboard-web", "dashboard-api")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if image_name.parse(container.image).last in NAMES and "kubernetes" in container.image.lower():
            yield at(container, "is the Kubernetes dashboard", "image")


CHECK = Check(
    id="K8S-058",
    title="The Kubernetes dashboard is deployed",
    severity="low",
    why=("It is a web page with the rights of its service account, and has been left open to the Internet time and again."),
    fix="Remove it, or keep it behind a proxy that asks who is there, with a service account that may only read.",
    references=(
        "CIS Kubernetes 5.7",
        "CWE-306",
    ),
    inspect=inspect,
)

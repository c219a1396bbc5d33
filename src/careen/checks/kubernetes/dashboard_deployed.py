"""Kubernetes dashboard is deployed."""

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

"""Workload has no namespace."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if not pod.resource.namespace:
            yield at(pod.resource, "names no namespace", "metadata")


CHECK = Check(
    id="K8S-120",
    title="Workload has no namespace",
    severity="negligible",
    why="It is deployed to the current namespace of the tool that applies it, at worst to default.",
    fix="Set metadata.namespace, or namespace in the kustomization.",
    references=("CIS Kubernetes 5.7.4",),
    inspect=inspect,
    default=False,
)

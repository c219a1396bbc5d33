"""A workload names no namespace."""

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
    title="A workload names no namespace",
    severity="negligible",
    why="It ends wherever the tool that applies it happens to stand, the default namespace at worst.",
    fix="Name the namespace in metadata, or in the kustomization that wraps it.",
    references=("CIS Kubernetes 5.7.4",),
    inspect=inspect,
    default=False,
)

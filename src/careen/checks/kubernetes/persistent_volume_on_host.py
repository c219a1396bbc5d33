"""A persistent volume is a path of a node."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("PersistentVolume"):
        if isinstance(resource.spec.get("hostPath"), Mapping):
            yield at(resource, f"is the path {resource.spec.text('hostPath', 'path')} of a node", "spec", "hostPath")


CHECK = Check(
    id="K8S-027",
    title="A persistent volume is a path of a node",
    severity="medium",
    why=("Whoever may claim it reaches the node's file system without any hostPath in the pod, past what admission checks."),
    fix="Use a storage class with a CSI driver; local volumes only on disks of their own.",
    references=(
        "CWE-668",
        "PSS baseline: HostPath Volumes",
    ),
    inspect=inspect,
)

"""Persistent volume of type hostPath."""

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
    title="Persistent volume of type hostPath",
    severity="medium",
    why=(
        "Anyone who can claim it accesses the file system of the node, without a hostPath in the pod that admission "
        "would reject."
    ),
    fix="Use a storage class with a CSI driver; use local volumes only on dedicated disks.",
    references=(
        "CWE-668",
        "PSS baseline: HostPath Volumes",
    ),
    inspect=inspect,
)

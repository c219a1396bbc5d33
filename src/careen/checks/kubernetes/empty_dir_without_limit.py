"""emptyDir has no size limit."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        bound = pod.containers and all(
            container.node.map("resources", "limits").get("ephemeral-storage") for container in pod.containers
        )
        for volume in () if bound else pod.volumes:
            if "emptyDir" in volume and volume.map("emptyDir").get("sizeLimit") is None:
                yield at(pod, f"has the emptyDir {volume.text('name')} without a sizeLimit", "volumes")


CHECK = Check(
    id="K8S-273",
    title="emptyDir has no size limit",
    severity="low",
    why="A container can fill the disk of the node, and then all its pods are evicted.",
    fix="Set sizeLimit, or an ephemeral-storage limit on all containers.",
    references=(
        "CWE-770",
        "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
    ),
    inspect=inspect,
    default=False,
)

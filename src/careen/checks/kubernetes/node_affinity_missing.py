"""Node affinity and node selector are missing."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        affinity = pod.node.map("affinity", "nodeAffinity")
        if not affinity and not pod.node.map("nodeSelector"):
            yield at(pod, "has neither nodeAffinity nor nodeSelector")


CHECK = Check(
    id="K8S-271",
    title="Node affinity and node selector are missing",
    severity="negligible",
    why="The workload may run on the same node as one that it must be separated from.",
    fix="Set nodeAffinity or nodeSelector.",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",),
    inspect=inspect,
    default=False,
)

"""topologySpreadConstraints missing."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.resource.lower == "deployment" and not pod.node.seq("topologySpreadConstraints"):
            yield at(pod, "does not spread its pods", "topologySpreadConstraints")


CHECK = Check(
    id="K8S-087",
    title="topologySpreadConstraints missing",
    severity="negligible",
    why="If one zone or node fails, all pods may be down.",
    fix="Add topologySpreadConstraints.",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",),
    inspect=inspect,
    default=False,
)

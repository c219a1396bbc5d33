"""Pod without controller."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("Pod"):
        if not resource.body.seq("metadata", "ownerReferences") and "kubernetes.io/config.source" not in resource.annotations:
            yield at(resource, "stands on its own", "kind")


CHECK = Check(
    id="K8S-073",
    title="Pod without controller",
    severity="negligible",
    why="The pod is not recreated if its node fails or is drained.",
    fix="Use a Deployment, a StatefulSet or a Job.",
    references=("https://kubernetes.io/docs/concepts/configuration/overview/#naked-pods-vs-replicasets-deployments-and-jobs",),
    inspect=inspect,
    default=False,
)

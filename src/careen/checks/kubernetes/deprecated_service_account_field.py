"""serviceAccount is deprecated."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.text("serviceAccount") and not pod.node.text("serviceAccountName"):
            yield at(pod, "names its service account in serviceAccount", "serviceAccount")


CHECK = Check(
    id="K8S-089",
    title="serviceAccount is deprecated",
    severity="negligible",
    why="serviceAccountName takes precedence, and tools that read only it report the wrong permissions.",
    fix="Use serviceAccountName.",
    references=("https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/",),
    inspect=inspect,
)

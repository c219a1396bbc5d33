"""A workload names its service account in a deprecated field."""

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
    title="A workload names its service account in a deprecated field",
    severity="negligible",
    why="Of two names the other one holds, and tools that read only the new field are wrong about its rights.",
    fix="Use serviceAccountName.",
    references=("https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/",),
    inspect=inspect,
)

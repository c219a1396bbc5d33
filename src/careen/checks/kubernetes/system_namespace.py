"""Workload is in a system namespace (kube-system …)."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, Pod
from careen.plugins import Check, Place


def control_plane(pod: Pod) -> bool:
    return "control-plane" in (pod.labels.text("tier"), pod.resource.labels.text("tier"))


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.resource.namespace in ("kube-system", "kube-public", "kube-node-lease") and not control_plane(pod):
            yield at(pod.resource, f"lies in {pod.resource.namespace}", "metadata", "namespace")


CHECK = Check(
    id="K8S-054",
    title="Workload is in a system namespace (kube-system …)",
    severity="medium",
    why="System namespaces are often exempt from admission control and contain credentials of the cluster.",
    fix="Set metadata.namespace to a dedicated namespace.",
    references=(
        "CIS Kubernetes 5.7.4",
        "CWE-653",
    ),
    inspect=inspect,
)

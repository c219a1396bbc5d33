"""Workload is in the default namespace."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "DeploymentConfig")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        resource = pod.resource
        if resource.namespace == "default":
            yield at(resource, "lies in the default namespace", "metadata", "namespace")
    for resource in manifests.of(*WORKLOAD_KINDS):
        if resource.namespace == "default" and not resource.body.map("spec", "template"):
            yield at(resource, "lies in the default namespace", "metadata", "namespace")


CHECK = Check(
    id="K8S-029",
    title="Workload is in the default namespace",
    severity="low",
    why="Permissions, limits and network policies by namespace cannot separate it from other workloads.",
    fix="Set metadata.namespace to a dedicated namespace.",
    references=("CIS Kubernetes 5.7.4",),
    inspect=inspect,
)

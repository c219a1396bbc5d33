"""A workload lies in the default namespace."""

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
    title="A workload lies in the default namespace",
    severity="low",
    why="What is granted, limited or isolated by namespace cannot tell it from anything else that was put there.",
    fix="Give the application a namespace of its own.",
    references=("CIS Kubernetes 5.7.4",),
    inspect=inspect,
)

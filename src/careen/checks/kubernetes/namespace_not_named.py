"""Resource has no namespace."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

KINDS = (  # that are no workloads, and have a namespace
    *("ConfigMap", "ControllerRevision", "CSIStorageCapacity", "Endpoints", "EndpointSlice", "HorizontalPodAutoscaler"),
    *("Ingress", "Lease", "LimitRange", "NetworkPolicy", "PersistentVolumeClaim", "PodDisruptionBudget", "ResourceQuota"),
    *("Role", "RoleBinding", "Secret", "Service", "ServiceAccount"),
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    workloads = [pod.resource for pod in manifests.pods]
    for resource in (*workloads, *manifests.of(*KINDS)):
        if not resource.namespace:
            yield at(resource, "names no namespace", "metadata")


CHECK = Check(
    id="K8S-120",
    title="Resource has no namespace",
    severity="negligible",
    why="It is deployed to the current namespace of the tool that applies it, at worst to default.",
    fix="Set metadata.namespace, or namespace in the kustomization.",
    references=("CIS Kubernetes 5.7.4",),
    inspect=inspect,
    default=False,
)

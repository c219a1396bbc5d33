"""Resource is in the default namespace."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

MADE_BY_CLUSTER = frozenset(  # in every namespace default
    (
        *(("configmap", "kube-root-ca.crt"), ("endpoints", "kubernetes"), ("endpointslice", "kubernetes")),
        *(("service", "kubernetes"), ("serviceaccount", "default")),
    )
)
WITHOUT_NAMESPACE = frozenset(("clusterrole", "clusterrolebinding", "customresourcedefinition", "namespace", "node"))


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.resources:
        made = (resource.lower, resource.name) in MADE_BY_CLUSTER or resource.lower == "event"
        if resource.namespace == "default" and resource.lower not in WITHOUT_NAMESPACE and not made:
            yield at(resource, "lies in the default namespace", "metadata", "namespace")


CHECK = Check(
    id="K8S-029",
    title="Resource is in the default namespace",
    severity="low",
    why="Permissions, limits and network policies by namespace cannot separate it from the other resources there.",
    fix="Set metadata.namespace to a dedicated namespace.",
    references=("CIS Kubernetes 5.7.4",),
    inspect=inspect,
)

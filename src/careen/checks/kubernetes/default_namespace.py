"""Resource is in the default namespace."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, Resource
from careen.plugins import Check, Place

MADE_BY_CLUSTER = frozenset(  # in every namespace default
    (
        *(("configmap", "kube-root-ca.crt"), ("endpoints", "kubernetes"), ("endpointslice", "kubernetes")),
        *(("service", "kubernetes"), ("serviceaccount", "default")),
    )
)
WITHOUT_NAMESPACE = frozenset(  # beside those that begin with Cluster; a namespace in them means nothing
    (
        *("apiservice", "certificatesigningrequest", "csidriver", "csinode", "customresourcedefinition", "flowschema"),
        *("gatewayclass", "ingressclass", "mutatingadmissionpolicy", "mutatingwebhookconfiguration", "namespace", "node"),
        *("persistentvolume", "podsecuritypolicy", "priorityclass", "prioritylevelconfiguration", "runtimeclass"),
        *("securitycontextconstraints", "storageclass", "validatingadmissionpolicy", "validatingadmissionpolicybinding"),
        *("validatingwebhookconfiguration", "volumeattachment"),
    )
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.resources:
        if resource.namespace == "default" and _is_own(resource):
            yield at(resource, "lies in the default namespace", "metadata", "namespace")


def _is_own(resource: Resource) -> bool:
    """Whether the author of a resource chose its namespace: the kind has one, and the cluster did not make the
    resource."""
    kind = resource.lower
    made = (kind, resource.name) in MADE_BY_CLUSTER or kind == "event"
    return not made and not kind.startswith("cluster") and kind not in WITHOUT_NAMESPACE


CHECK = Check(
    id="K8S-029",
    title="Resource is in the default namespace",
    severity="low",
    why="Permissions, limits and network policies by namespace cannot separate it from the other resources there.",
    fix="Set metadata.namespace to a dedicated namespace.",
    references=("CIS Kubernetes 5.7.4",),
    inspect=inspect,
)

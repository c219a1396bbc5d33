"""The objects of a cluster as files to check: one JSON text each, named NAMESPACE/KIND/NAME.

An object that a controller has made is left out, since its owner is listed: the pods of a Deployment, the Jobs of a
CronJob. So are the roles that Kubernetes itself makes, and fields that only the server writes (``status``,
``managedFields``).
"""

import msgspec
from msgspec import Struct

from careen.checks.files import Found
from careen.checks.kind import SourceFile
from careen.model.inventory import Unknown
from careen.model.package import Evidence

from .client import Client, DeniedError

CORE, APPS, BATCH = "/api/v1", "/apis/apps/v1", "/apis/batch/v1"
NETWORKING, RBAC, STORAGE = "/apis/networking.k8s.io/v1", "/apis/rbac.authorization.k8s.io/v1", "/apis/storage.k8s.io/v1"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"


class Listable(Struct, frozen=True):
    group: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str = "") -> str:
        return f"{self.group}/namespaces/{namespace}/{self.plural}" if namespace else f"{self.group}/{self.plural}"


RESOURCES = (
    *(Listable(CORE, name) for name in ("pods", "replicationcontrollers", "services", "serviceaccounts")),
    *(Listable(CORE, name) for name in ("persistentvolumeclaims", "limitranges", "resourcequotas")),
    *(Listable(CORE, name, False) for name in ("namespaces", "persistentvolumes")),
    *(Listable(APPS, name) for name in ("deployments", "daemonsets", "statefulsets", "replicasets")),
    *(Listable(BATCH, name) for name in ("jobs", "cronjobs")),
    *(Listable(NETWORKING, name) for name in ("networkpolicies", "ingresses")),
    Listable(NETWORKING, "ingressclasses", False),
    *(Listable(RBAC, name) for name in ("roles", "rolebindings")),
    *(Listable(RBAC, name, False) for name in ("clusterroles", "clusterrolebindings")),
    Listable(STORAGE, "storageclasses", False),
    Listable("/apis/policy/v1", "poddisruptionbudgets"),
    Listable("/apis/autoscaling/v2", "horizontalpodautoscalers"),
    Listable("/apis/scheduling.k8s.io/v1", "priorityclasses", False),
    *(Listable(ADMISSION, f"{name}webhookconfigurations", False) for name in ("validating", "mutating")),
    *(Listable("/apis/gateway.networking.k8s.io/v1", name) for name in ("gateways", "httproutes")),
)
_BUILT_IN = "kubernetes.io/bootstrapping"
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_BY_SERVER = ("managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink")


def source_files(client: Client, namespaces: tuple[str, ...] = ()) -> Found:
    """The objects as files. ``namespaces``: only these, and the objects outside of namespaces; (): all. A list that the user
    may not read becomes an Unknown.
    """
    files: dict[str, SourceFile] = {}
    unknowns: list[Unknown] = []
    for resource in RESOURCES:
        places = namespaces if resource.namespaced and namespaces else ("",)
        for namespace in places:
            path = resource.path(namespace)
            try:
                items = client.list(path).items
            except DeniedError as error:
                unknowns.append(Unknown("kubernetes", Evidence(path, 0), str(error), whole_layer=True))
                continue
            for item in items:
                if _is_own(item, namespaces):
                    file = as_file(item)
                    files[file.path] = file
    return Found(tuple(files[path] for path in sorted(files)), tuple(unknowns))


def as_file(item: dict[str, object]) -> SourceFile:
    metadata = _mapping(item.get("metadata"))
    annotations = {key: value for key, value in _mapping(metadata.get("annotations")).items() if key != _APPLIED}
    kept: dict[str, object] = {key: value for key, value in metadata.items() if key not in _BY_SERVER}
    kept["annotations"] = annotations
    if not annotations:
        del kept["annotations"]
    body = {key: value for key, value in item.items() if key != "status"} | {"metadata": kept}
    text = msgspec.json.format(msgspec.json.encode(body), indent=1).decode()
    parts = (str(metadata.get("namespace") or "-"), str(item.get("kind", "")).lower(), str(metadata.get("name", "")))
    return SourceFile("/".join(part.replace("/", "_") for part in parts) + ".json", text, named=True)


def _is_own(item: dict[str, object], namespaces: tuple[str, ...]) -> bool:
    metadata = _mapping(item.get("metadata"))
    if _BUILT_IN in _mapping(metadata.get("labels")):
        return False
    if item.get("kind") == "Namespace" and namespaces and metadata.get("name") not in namespaces:
        return False
    owners = metadata.get("ownerReferences")
    return not (isinstance(owners, list) and any(_mapping(owner).get("controller") is True for owner in owners))


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}

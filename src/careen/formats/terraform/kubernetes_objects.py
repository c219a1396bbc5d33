"""Resources of the Kubernetes providers -> objects of the Kubernetes API, with the lines of the configuration.

**Source:** Terraform providers hashicorp/kubernetes, gavinbunney/kubectl and alekc/kubectl, their resources; Kubernetes API
reference.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, put
from careen.formats.kubernetes.manifest_files import Resource as KubernetesResource
from careen.formats.kubernetes.manifest_files import is_resource
from careen.formats.terraform.resource import Resource
from careen.formats.terraform.values import UnknownValue, placed

_APPS, _RBAC = "apps/v1", "rbac.authorization.k8s.io/v1"
_KINDS = {
    "cluster_role": ("ClusterRole", _RBAC), "cluster_role_binding": ("ClusterRoleBinding", _RBAC),
    "config_map": ("ConfigMap", "v1"),
    "cron_job": ("CronJob", "batch/v1"), "daemon_set": ("DaemonSet", _APPS), "daemonset": ("DaemonSet", _APPS),
    "deployment": ("Deployment", _APPS), "horizontal_pod_autoscaler": ("HorizontalPodAutoscaler", "autoscaling/v2"),
    "ingress": ("Ingress", "networking.k8s.io/v1"), "job": ("Job", "batch/v1"), "namespace": ("Namespace", "v1"),
    "network_policy": ("NetworkPolicy", "networking.k8s.io/v1"), "persistent_volume": ("PersistentVolume", "v1"),
    "persistent_volume_claim": ("PersistentVolumeClaim", "v1"), "pod": ("Pod", "v1"),
    "pod_disruption_budget": ("PodDisruptionBudget", "policy/v1"), "replication_controller": ("ReplicationController", "v1"),
    "role": ("Role", _RBAC), "role_binding": ("RoleBinding", _RBAC), "service": ("Service", "v1"),
    "service_account": ("ServiceAccount", "v1"), "stateful_set": ("StatefulSet", _APPS),
}  # fmt: skip
_MANIFESTS = {"kubernetes_manifest": "manifest", "kubectl_manifest": "yaml_body"}  # the argument with the whole object
_VERSIONS = ("_v1", "_v2", "_v1beta1", "_v2beta2")
_LISTS = {
    "container": "containers", "init_container": "initContainers", "env": "env", "env_from": "envFrom", "port": "ports",
    "ports": "ports", "volume": "volumes", "volume_mount": "volumeMounts", "toleration": "tolerations",
    "host_aliases": "hostAliases", "image_pull_secrets": "imagePullSecrets", "rule": "rules", "subject": "subjects",
    "ingress": "ingress", "egress": "egress", "from": "from", "to": "to", "items": "items", "metric": "metrics",
    "match_expressions": "matchExpressions", "sysctl": "sysctls", "volume_claim_template": "volumeClaimTemplates",
    "topology_spread_constraint": "topologySpreadConstraints", "http_header": "httpHeaders", "secret_ref": "secretRef",
    "preferred_during_scheduling_ignored_during_execution": "preferredDuringSchedulingIgnoredDuringExecution",
}  # fmt: skip
_SINGLE = frozenset(("secretRef",))
_CAPITALS = {
    "host_pid": "hostPID", "host_ipc": "hostIPC", "cluster_ip": "clusterIP", "external_ips": "externalIPs", "tls": "tls",
    "load_balancer_ip": "loadBalancerIP", "non_resource_urls": "nonResourceURLs",
}  # fmt: skip
_NUMBERS = frozenset(("runAsUser", "runAsGroup", "fsGroup"))
_FREE = frozenset((
    "labels", "annotations", "match_labels", "limits", "requests", "data", "binary_data", "string_data", "node_selector",
    "selector_labels", "default", "default_request", "hard",
))  # fmt: skip
# What no check of security rests on.
_HARMLESS = frozenset((
    "metadata", "replicas", "value", "labels", "annotations", "matchLabels", "selector", "data", "nodeSelector", "name",
    "serviceAccountName", "containerPort", "limits", "requests", "claimName", "secretName",
))  # fmt: skip


def kubernetes_objects(resource: Resource) -> Iterator[KubernetesResource]:
    """The objects that a resource creates; none if it is not of the provider."""
    if resource.is_data:
        return
    if resource.type in _MANIFESTS:
        for manifest in _manifests(resource):
            yield KubernetesResource(manifest, resource.path, manifest.text("kind"))
    elif resource.type.startswith("kubernetes_"):
        yield from _of_arguments(resource)


def unread_manifest(resource: Resource) -> str:
    """Why the manifest of a resource is not assessed; "" if it is, or if the resource has none."""
    if resource.is_data or resource.type not in _MANIFESTS or any(_manifests(resource)):
        return ""
    value = resource.values.get(_MANIFESTS[resource.type])
    if isinstance(value, UnknownValue):
        return f"the manifest of {resource.label} depends on {value.rests_on}, which only Terraform knows"
    return f"{resource.label} has no manifest that can be read"


def _manifests(resource: Resource) -> Iterator[Mapping]:
    """The objects that a manifest, or a text of manifests, has."""
    name = _MANIFESTS[resource.type]
    value = resource.values.get(name)
    documents = [value]
    if isinstance(value, str) and not (isinstance(value, UnknownValue) and value.whole):
        try:
            documents = yaml_document.read(value)
        except ValueError:
            return
        line = resource.values.line_of(name) or resource.line
        documents = [placed(document, line, line) for document in documents]
    yield from (document for document in documents if isinstance(document, Mapping) and is_resource(document))


def _of_arguments(resource: Resource) -> Iterator[KubernetesResource]:
    name = resource.type.removeprefix("kubernetes_")
    stem = next((name.removesuffix(version) for version in _VERSIONS if name.endswith(version)), name)
    if stem in _KINDS:
        kind, version = _KINDS[stem]
        body = _converted(resource.values)
        put(body, "kind", kind, resource.line)
        put(body, "apiVersion", version, resource.line)
        metadata = body.get("metadata")
        if not isinstance(metadata, Mapping):
            put(body, "metadata", metadata := Mapping(resource.line), resource.line)
        if not isinstance(metadata.get("name"), str) or isinstance(metadata.get("name"), UnknownValue):
            put(metadata, "name", resource.name, metadata.line)
        yield KubernetesResource(body, resource.path, kind)


def open_lines(node: Any) -> dict[int, str]:
    """The lines that have an unknown value, each with the reference that the value depends on."""
    found: dict[int, str] = {}
    todo = [node]
    while todo:
        here = todo.pop()
        pairs: Iterable[tuple[Any, Any]] = here.items() if isinstance(here, Mapping) else enumerate(here)
        for key, value in pairs:
            if isinstance(value, UnknownValue):
                if key not in _HARMLESS:
                    lines = here.lines if isinstance(here, Mapping) else dict(enumerate(here.lines))
                    found.setdefault(lines.get(key, here.line), value.rests_on)
            elif isinstance(value, Mapping | Sequence) and key not in _HARMLESS:
                todo.append(value)
    return found


def _converted(values: Mapping) -> Mapping:
    found = Mapping(values.line)
    found.end_line = values.end_line
    for key, value in values.items():
        name, made = _entry(key, value)
        put(found, name, made, values.lines.get(key, values.line))
    return found


def _entry(key: str, value: Any) -> tuple[str, Any]:
    name = _CAPITALS.get(key) or _camel(key)
    if key in _FREE:
        return name, value[0] if isinstance(value, Sequence) and len(value) == 1 else value
    if isinstance(value, Mapping):
        return (_LISTS[key], _row(key, [value], value.line)) if key in _LISTS else (name, _converted(value))
    if (
        isinstance(value, Sequence)
        and value
        and all(isinstance(item, Mapping | UnknownValue) and not _is_text(item) for item in value)
    ):
        if key in _LISTS and _LISTS[key] not in _SINGLE:
            return _LISTS[key], _row(key, value, value.line)
        first = value[0]
        return name, _converted(first) if isinstance(first, Mapping) else first
    if name in _NUMBERS and isinstance(value, str) and value.isdigit():
        return name, int(value[:20])
    return name, value


def _is_text(item: Any) -> bool:
    return isinstance(item, UnknownValue) and not item.whole


def _row(key: str, items: list[Any], line: int) -> Sequence:
    found = Sequence(line)
    found.extend(_converted(item) if isinstance(item, Mapping) else item for item in items)
    found.lines = [getattr(item, "line", line) for item in items]
    found.end_line = max([line, *(getattr(item, "end_line", line) for item in items)])
    return found


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)

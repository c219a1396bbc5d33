"""What a kustomization changes in all of its objects: namespace, names, labels, annotations, replicas, images.

**Source:** Kustomize, the built-in transformers and their default field specifications.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Many

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import NO_MAPPING, Mapping, as_text, put
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import CONTAINER_LISTS
from careen.formats.kubernetes.pod_templates import POD_KINDS, WORKLOADS, pod_templates

from .field_paths import Field, Spend, no_limit, specified
from .objects import Object
from .references import Names, renamed

_OF_CLUSTER = frozenset(
    (
        *("Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"),
        *("StorageClass", "VolumeAttachment", "CSIDriver", "CSINode", "PriorityClass", "RuntimeClass", "IngressClass"),
        *("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "APIService"),
        *("ValidatingAdmissionPolicyBinding", "PodSecurityPolicy", "CertificateSigningRequest", "FlowSchema"),
        *("PriorityLevelConfiguration", "ComponentStatus", "GatewayClass", "ClusterIssuer"),
    )
)
_NOT_RENAMED = frozenset(("CustomResourceDefinition", "APIService", "Namespace"))
_SCALED = frozenset(("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"))


def transform(
    kustomization: Mapping, objects: list[Object], named: Many[Object] | None = None, spend: Spend = no_limit
) -> None:
    """Applies everything but patches, in Kustomize's order. ``named``: those that get other names, if these are not all."""
    set_namespace(kustomization.text("namespace"), kustomization.line_of("namespace"), objects)
    _names(kustomization, objects, objects if named is None else named)
    _labels(kustomization, objects, spend)
    if annotations := kustomization.map("commonAnnotations"):
        for object in objects:
            for metadata in (below(object.body, "metadata"), *_metadata_of_templates(object)):
                add_pairs(below(metadata, "annotations"), annotations)


def scale(kustomization: Mapping, objects: Iterable[Object]) -> None:
    counts = {entry.text("name"): entry for entry in kustomization.maps("replicas")}
    for object in objects:
        entry = next((counts[name] for name, _ in object.names if name in counts), None)
        if entry is not None and object.kind in _SCALED and "count" in entry:
            put(below(object.body, "spec"), "replicas", entry["count"], entry.line_of("count"))


def with_images(kustomization: Mapping, objects: Iterable[Object], specs: Many[Mapping] = (), spend: Spend = no_limit) -> None:
    """Replaces images of containers, and those of the fields that ``specs`` names."""
    wanted = {entry.text("name"): entry for entry in kustomization.maps("images")}
    if not wanted:
        return
    for object in objects:
        nodes = (node for _, node in yaml_document.walk(object.body, 100_000) if isinstance(node, Mapping))
        containers = (container for node in nodes for key in CONTAINER_LISTS for container in node.maps(key))
        for place in (
            *(Field(container, "image") for container in containers if "image" in container),
            *(field for spec in specs for field in specified(object, spec, spend)),
        ):
            image = image_name.parse(as_text(place.value))
            name = f"{image.registry}/{image.repository}".lstrip("/")
            if name in wanted and isinstance(place.value, str):
                place.set(_image(wanted[name], name, image), wanted[name].line)


def _image(entry: Mapping, name: str, image: image_name.ImageName) -> str:
    tag, digest = entry.text("newTag"), entry.text("digest")
    if not (tag or digest):
        tag, digest = image.tag, image.digest
    return (entry.text("newName") or name) + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def set_namespace(
    namespace: str, line: int, objects: list[Object], unset_only: bool = False, subjects: str = "defaultOnly"
) -> None:
    """Moves objects to a namespace. ``unset_only``: those that state none. ``subjects`` of bindings: ``defaultOnly`` moves
    those named default, ``allServiceAccounts`` all, ``none`` none of them; accounts that move are moved in any case."""
    if not namespace:
        return
    accounts = {name for object in objects if object.kind == "ServiceAccount" for name in object.places}
    for object in objects:
        metadata = below(object.body, "metadata")
        if unset_only and object.namespace:
            continue
        if object.kind == "Namespace" and not object.group:
            put(metadata, "name", namespace, line)
        elif object.kind not in _OF_CLUSTER or not object.known:
            object.earlier = object.names
            put(metadata, "namespace", namespace, line)
        if object.kind.endswith("RoleBinding"):
            for subject in object.body.maps("subjects"):
                place = subject.text("name"), subject.text("namespace") or "default"
                by_mode = subjects == "allServiceAccounts" or (subjects != "none" and place[0] == "default")
                by_mode = by_mode and not (unset_only and subject.text("namespace"))
                if subject.text("kind") == "ServiceAccount" and (place in accounts or by_mode):
                    put(subject, "namespace", namespace, line)


def _names(kustomization: Mapping, objects: list[Object], named: Many[Object]) -> None:
    prefix, suffix = kustomization.text("namePrefix"), kustomization.text("nameSuffix")
    if not (prefix or suffix):
        return
    line = kustomization.line_of("namePrefix" if prefix else "nameSuffix")
    names: Names = {}
    for object in named:
        metadata = object.body.map("metadata")
        if object.kind in _NOT_RENAMED or not object.name:
            continue
        made = f"{prefix}{object.name}{suffix}"
        names[object.kind, object.name] = made, object.namespace or "default"
        object.earlier = object.names
        put(metadata, "name", made, metadata.lines.get("name", line))
    for object in objects:
        renamed(object.body, names)


def _labels(kustomization: Mapping, objects: Many[Object], spend: Spend) -> None:
    entries = [
        (entry.map("pairs"), entry.get("includeSelectors") is True, entry.get("includeTemplates") is True)
        for entry in kustomization.maps("labels")
    ]
    for entry in kustomization.maps("labels"):
        places = ((object, spec) for spec in entry.maps("fields") for object in objects)
        for field in (field for object, spec in places for field in specified(object, spec, spend)):
            if not isinstance(field.value, Mapping):
                field.set(Mapping(entry.line), entry.line)
            add_pairs(field.value, entry.map("pairs"))
    common = kustomization.map("commonLabels")
    for pairs, selectors, templates in (*entries, (common, True, True)):
        for object in objects if pairs else ():
            add_pairs(below(below(object.body, "metadata"), "labels"), pairs)
            if selectors or templates:
                for metadata in _metadata_of_templates(object):
                    add_pairs(below(metadata, "labels"), pairs)
            if selectors:
                for selector in _selectors(object):
                    add_pairs(selector, pairs)


def _metadata_of_templates(object: Object) -> Iterator[Mapping]:
    kind = object.kind.lower()
    if kind in POD_KINDS or kind not in WORKLOADS:
        return
    for template in pod_templates(object.body, kind, object.group):
        yield below(template, "metadata")


def _selectors(object: Object) -> Iterator[Mapping]:
    """The labels by which an object selects pods, where Kustomize changes them."""
    spec = object.body.map("spec")
    match object.kind:
        case "Service" | "ReplicationController":
            yield below(spec, "selector")
        case "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet":
            yield below(below(spec, "selector"), "matchLabels")
        case "Job" | "PodDisruptionBudget":
            yield from _existing(spec.map("selector"))
        case "CronJob":
            yield from _existing(spec.map("jobTemplate", "spec", "selector"))
        case "NetworkPolicy":
            yield from _existing(spec.map("podSelector"))
            for way, peers in (("ingress", "from"), ("egress", "to")):
                for rule in spec.maps(way):
                    for peer in rule.maps(peers):
                        yield from _existing(peer.map("podSelector"))


def _existing(selector: Mapping) -> Iterator[Mapping]:
    if isinstance(selector.get("matchLabels"), Mapping):
        yield selector.map("matchLabels")


def below(parent: Mapping, key: str) -> Mapping:
    """The mapping under a key, which is made if there is none."""
    there = parent.get(key)
    if not isinstance(there, Mapping):
        there = Mapping(parent.line)
        if parent is not NO_MAPPING:  # that of an object without one
            put(parent, key, there, parent.line)
    return there


def add_pairs(target: Mapping, pairs: Mapping) -> None:
    for key, value in pairs.items():
        put(target, key, as_text(value), pairs.lines[key])

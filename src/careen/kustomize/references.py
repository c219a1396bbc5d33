"""The fields by which one object names another, renamed with it.

**Source:** Kustomize, the default field specifications of name references.
"""

from collections.abc import Iterator

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping

# kind of the object -> the keys of a mapping, and the field in it that has the name
_BY_KEY = {
    "configMapRef": ("ConfigMap", "name"),
    "configMapKeyRef": ("ConfigMap", "name"),
    "configMap": ("ConfigMap", "name"),
    "secretRef": ("Secret", "name"),
    "secretKeyRef": ("Secret", "name"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
}
_TEXTS = {
    "serviceAccountName": "ServiceAccount",
    "serviceAccount": "ServiceAccount",
    "secretName": "Secret",
    "serviceName": "Service",
    "ingressClassName": "IngressClass",
    "priorityClassName": "PriorityClass",
    "storageClassName": "StorageClass",
    "volumeName": "PersistentVolume",
}
_WITH_KIND = ("roleRef", "scaleTargetRef", "targetRef", "issuerRef")


Names = dict[tuple[str, str], tuple[str, str]]  # kind and earlier name -> name, namespace


def renamed(body: Mapping, names: Names) -> None:
    """Changes the references of an object to objects that got other names."""
    for holder, key, kind in list(_references(body)):
        name, namespace = names.get((kind, holder.text(key)), ("", ""))
        if name and holder.text("namespace") in ("", namespace):
            holder[key] = name


def _references(body: Mapping) -> Iterator[tuple[Mapping, str, str]]:
    """Each mapping with the key of a name in it, and the kind that the name is of."""
    for path, node in yaml_document.walk(body, 100_000):
        if not isinstance(node, Mapping):
            continue
        last = next((key for key in reversed(path) if isinstance(key, str)), "")
        if last in _BY_KEY:
            kind, key = _BY_KEY[last]
            yield node, key, kind
        elif last == "secret":
            yield node, "name", "Secret"  # of a projected volume
        elif last in ("imagePullSecrets", "secrets"):
            yield node, "name", "Secret"
        elif last in _WITH_KIND or last == "subjects":
            yield node, "name", node.text("kind")
        elif last == "service":
            yield node, "name", "Service"  # of an ingress
        for key, kind in _TEXTS.items():
            if key in node:
                yield node, key, kind

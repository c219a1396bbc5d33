"""Variables of kustomizations: ``$(NAME)`` in fields of all objects, replaced by a value of one of them.

**Source:** Kustomize, "vars", its default varReference, and the expansion of variables in commands of Kubernetes.
"""

import re
from collections.abc import Iterable
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put
from careen.formats.kubernetes.pod_templates import WORKLOADS

from .field_paths import Field, Spend, field_of, specified
from .objects import Object
from .reading import Reading

_REFERENCE = re.compile(r"\$(?:\$|\(([^()]{1,300})\))")
_OF_CONTAINERS = ("args", "command", "env/value", "volumeMounts/mountPath")
_LISTS = ("containers", "initContainers")
_PODS = {"Pod": "spec"} | {
    kind: "/".join((*WORKLOADS[kind.lower()], "spec"))
    for kind in ("CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet")
}


def _spec(path: str, kind: str = "") -> Mapping:
    made = Mapping()
    for key, value in (("path", path), ("kind", kind)):
        put(made, key, value, 0)
    return made


_PLACES = (
    *(_spec(f"{at}/{part}/{field}", kind) for kind, at in _PODS.items() for part in _LISTS for field in _OF_CONTAINERS),
    *(_spec(f"{at}/volumes/nfs/server", kind) for kind, at in _PODS.items()),
    _spec("spec/template/metadata/annotations", "Deployment"),
    *(_spec(path, "Ingress") for path in ("spec/rules/host", "spec/tls/hosts", "spec/tls/secretName")),
    *(_spec(path, "Service") for path in ("spec/ports/port", "spec/ports/targetPort")),
    _spec("spec/volumeClaimTemplates/spec/nfs/server", "StatefulSet"),
    _spec("spec/nfs/server", "PersistentVolume"),
    _spec("metadata/labels"),
    _spec("metadata/annotations"),
)


def resolve(reading: Reading, variables: Iterable[Mapping], more: Iterable[Mapping], objects: list[Object]) -> None:
    """Replaces the references to variables. ``more``: further places, which ``configurations`` name."""
    values: dict[str, Any] = {}
    for variable in variables:
        reading.spend(len(objects))
        try:
            values[variable.text("name")] = _value(variable, objects, reading.spend)
        except FileLimitError:
            raise
        except ValueError as error:
            reading.trouble(variable.line, f"variable {variable.text('name')[:100]} is not applied: {error}")
    places = (*_PLACES, *more)
    for object in objects if values else ():
        reading.spend(len(places))
        for place in places:
            for field in specified(object, place, reading.spend):
                _replace(field, values)


def _value(variable: Mapping, objects: list[Object], spend: Spend) -> Any:
    wanted = Object(variable.map("objref"), "")
    name, space = variable.text("objref", "name"), variable.text("objref", "namespace")
    found = [
        object
        for object in objects
        if (object.kind, object.group) == (wanted.kind, wanted.group)
        and any(name == known and space in ("", place) for known, place in object.places)
    ]
    if not found:
        raise ValueError("its object is not known")
    path = variable.text("fieldref", "fieldpath") or variable.text("fieldref", "fieldPath") or "metadata.name"
    place = field_of(found[0].body, re.sub(r"\[(\d+)\]", r".\1", path), spend)
    value = place.value if place is not None else None
    if value is None or isinstance(value, Mapping | Sequence):
        raise ValueError(f"its object has no text at {path[:200]}")
    return value


def _replace(field: Field, values: dict[str, Any]) -> None:
    there = field.value
    if isinstance(there, str):
        field.set(_replaced(there, values), field.line)
    elif isinstance(there, Mapping | Sequence):
        keys: Iterable[Any] = list(there) if isinstance(there, Mapping) else range(len(there))
        for inner in (Field(there, key) for key in keys):
            if isinstance(inner.value, str):
                inner.set(_replaced(inner.value, values), inner.line)


def _replaced(text: str, values: dict[str, Any]) -> Any:
    whole = _REFERENCE.fullmatch(text)
    if whole and whole[1] in values:
        return values[whole[1]]
    made = _REFERENCE.sub(lambda match: _expanded(match, values), text)
    if len(made) > yaml_document.MAX_CHARACTERS:
        raise FileLimitError("a value grows without end")
    return made


def _expanded(match: re.Match[str], values: dict[str, Any]) -> str:
    if match[1] is None:
        return "$"
    return as_text(values[match[1]]) if match[1] in values else match[0]

"""Transformers of a kustomization that have a configuration of their own, of the kinds that are built in.

With a configuration, a transformer changes the fields that it names, and no others.
**Source:** Kustomize, "Transformers" and "Built-in plugins".
"""

from collections.abc import Iterable
from typing import Any

from careen.formats.data.yaml_document import Mapping, add, as_text, put

from .field_paths import Field, Spend, specified
from .objects import Object, selected
from .reading import Reading, listed
from .transform import add_pairs, set_namespace, transform, with_images

PATCHES = {  # kind -> the list of a kustomization with the same patches
    "PatchTransformer": "patches",
    "PatchStrategicMergeTransformer": "patchesStrategicMerge",
    "PatchJson6902Transformer": "patchesJson6902",
}
_FIELDS = "fieldSpecs"


def is_builtin(document: Any) -> bool:
    return isinstance(document, Mapping) and document.text("apiVersion") == "builtin"


def patches_of(plugin: Mapping) -> Mapping:
    """A kustomization with the patches of a plugin."""
    key = PATCHES[plugin.text("kind")]
    if key == "patchesStrategicMerge":
        made = Mapping(plugin.line)
        for path, line in listed(plugin, "paths"):
            add(made, key, path, line)
        if text := plugin.text("patches"):
            add(made, key, text if "\n" in text else f"{text}\n", plugin.line_of("patches"))
        return made
    if "jsonOp" in plugin:
        put(plugin, "patch", plugin["jsonOp"], plugin.line_of("jsonOp"))
    return body_of(key, plugin)


def change(reading: Reading, plugin: Mapping, objects: list[Object]) -> None:
    """Applies a transformer that is no patch. Raises: ValueError for a kind that is not applied."""
    specs = plugin.maps(_FIELDS)
    reading.spend(len(objects) * (1 + len(specs)))
    match plugin.text("kind"):
        case "LabelTransformer":
            _add(plugin.map("labels"), specs, objects, reading.spend)
        case "AnnotationsTransformer":
            _add(plugin.map("annotations"), specs, objects, reading.spend)
        case "PrefixTransformer":
            _rename(plugin, "prefix", "namePrefix", specs, objects, reading.spend)
        case "SuffixTransformer":
            _rename(plugin, "suffix", "nameSuffix", specs, objects, reading.spend)
        case "NamespaceTransformer":
            line = plugin.map("metadata").line_of("namespace")
            set_namespace(
                plugin.map("metadata").text("namespace"),
                line,
                objects,
                unset_only=plugin.get("unsetOnly") is True,
                subjects=plugin.text("setRoleBindingSubjects") or "defaultOnly",
            )
        case "ImageTagTransformer":
            with_images(body_of("images", plugin.map("imageTag")), objects, specs, reading.spend)
        case "ReplicaCountTransformer":
            replica = plugin.map("replica")
            chosen = [object for object in objects if any(name == replica.text("name") for name, _ in object.names)]
            _set(replica.get("count"), replica.line_of("count"), specs, chosen, reading.spend)
        case "ValueAddTransformer":
            for target in plugin.maps("targets"):
                chosen = selected(target.map("selector"), objects)
                _set(plugin.get("value"), plugin.line_of("value"), [_spec_of(target)], chosen, reading.spend)
        case kind:
            raise ValueError(f"the kind {kind[:100]}")


def body_of(key: str, entry: Mapping) -> Mapping:
    """A kustomization with one entry in a list."""
    made = Mapping(entry.line)
    add(made, key, entry, entry.line)
    return made


def _add(pairs: Mapping, specs: list[Mapping], objects: list[Object], spend: Spend) -> None:
    for object in objects:
        for field in _fields(object, specs, spend):
            if not isinstance(field.value, Mapping):
                field.set(Mapping(pairs.line), pairs.line)
            add_pairs(field.value, pairs)


def _rename(plugin: Mapping, key: str, field: str, specs: list[Mapping], objects: list[Object], spend: Spend) -> None:
    text, line = plugin.text(key), plugin.line_of(key)
    for spec in specs:
        chosen = [object for object in objects if next(specified(object, spec, spend), None)]
        if spec.text("path") == "metadata/name":
            body = Mapping(plugin.line)
            put(body, field, text, line)
            transform(body, objects, chosen)
            continue
        for place in (place for object in chosen for place in specified(object, spec, spend)):
            old = as_text(place.value)
            place.set(text + old if key == "prefix" else old + text, line)


def _set(value: Any, line: int, specs: list[Mapping], objects: Iterable[Object], spend: Spend) -> None:
    for object in objects:
        for field in _fields(object, specs, spend):
            field.set(value, line)


def _spec_of(target: Mapping) -> Mapping:
    """The field of a target, as a specification."""
    if target.get("filePathPosition"):
        raise ValueError("filePathPosition of a target")
    made = Mapping(target.line)
    put(made, "path", target.text("fieldPath"), target.line)
    put(made, "create", True, target.line)
    return made


def _fields(object: Object, specs: list[Mapping], spend: Spend) -> list[Field]:
    return [field for spec in specs for field in specified(object, spec, spend)]

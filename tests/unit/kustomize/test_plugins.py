"""Built-in transformers; tests/data/kustomize/plugins has those that Kustomize ran."""

import pytest

from careen.formats.data import yaml_document
from careen.kustomize.objects import Object
from careen.kustomize.plugins import change, is_builtin, patches_of
from careen.kustomize.reading import Reading

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {image: 'a:1', path: /x, containers: [{image: 'a:1'}]}\n"


def plugin(kind, rest):
    return yaml_document.read(f"{{apiVersion: builtin, kind: {kind}, metadata: {{name: n}}, {rest}}}")[0]


def changed(kind, rest):
    (body,) = yaml_document.read(POD)
    change(Reading({}), plugin(kind, rest), [Object(body, "")])
    return body


@pytest.mark.parametrize(
    ("kind", "rest", "path", "value"),
    [
        ("LabelTransformer", "labels: {a: b}, fieldSpecs: [{path: spec/l, create: true}]", ("spec", "l"), {"a": "b"}),
        ("AnnotationsTransformer", "annotations: {a: b}, fieldSpecs: []", ("metadata",), {"name": "p"}),
        ("PrefixTransformer", "prefix: x-, fieldSpecs: [{path: metadata/name}]", ("metadata", "name"), "x-p"),
        ("PrefixTransformer", "prefix: x-, fieldSpecs: [{path: spec/path}]", ("spec", "path"), "x-/x"),
        ("PrefixTransformer", "prefix: x-, fieldSpecs: [{path: metadata/name, kind: Job}]", ("metadata", "name"), "p"),
        ("SuffixTransformer", "suffix: -x, fieldSpecs: [{path: spec/path}]", ("spec", "path"), "/x-x"),
        ("ImageTagTransformer", "imageTag: {name: a, newTag: '2'}", ("spec", "containers"), [{"image": "a:2"}]),
        ("ImageTagTransformer", "imageTag: {name: a, newTag: '2'}", ("spec", "image"), "a:1"),
        ("ImageTagTransformer", "imageTag: {name: a, newTag: b}, fieldSpecs: [{path: spec/image}]", ("spec", "image"), "a:b"),
        ("ReplicaCountTransformer", "replica: {name: p, count: 3}, fieldSpecs: [{path: r, create: true}]", ("r",), 3),
        ("ValueAddTransformer", "value: v, targets: [{fieldPath: spec/v}]", ("spec", "v"), "v"),
    ],
)  # fmt: skip
def test_changes(kind, rest, path, value):
    found = changed(kind, rest)
    for key in path:
        found = found[key]
    assert found == value


def test_a_namespace_of_objects_without_one():
    assert changed("NamespaceTransformer", "unsetOnly: true")["metadata"] == {"name": "p"}
    namespace = plugin("NamespaceTransformer", "unsetOnly: true")
    yaml_document.put(namespace["metadata"], "namespace", "n", 1)
    (body,) = yaml_document.read(POD.replace("{name: p}", "{name: p, namespace: o}"))
    change(Reading({}), namespace, [Object(body, "")])
    assert body["metadata"]["namespace"] == "o"


@pytest.mark.parametrize("rest", ["x: 1", "targets: [{fieldPath: a, filePathPosition: 1}]"])
def test_what_is_not_applied(rest):
    with pytest.raises(ValueError):
        changed("ValueAddTransformer" if "targets" in rest else "Strange", rest)


def test_patches():
    merges = patches_of(plugin("PatchStrategicMergeTransformer", "paths: [a.yaml], patches: '{}'"))
    operations = patches_of(plugin("PatchJson6902Transformer", "jsonOp: '[]'"))
    assert merges == {"patchesStrategicMerge": ["a.yaml", "{}\n"]}
    assert operations["patchesJson6902"][0]["patch"] == "[]"


def test_only_those_of_kustomize_are_built_in():
    assert is_builtin(plugin("X", "a: 1"))
    assert not is_builtin(yaml_document.read(POD)[0]) and not is_builtin("builtin")

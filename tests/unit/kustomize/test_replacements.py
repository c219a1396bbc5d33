"""Replacements; tests/data/kustomize/replacements has those that Kustomize applied."""

import pytest

from careen.kustomize.objects import Object
from careen.kustomize.reading import Reading
from careen.kustomize.replacements import replace

OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: c, labels: {l: m}}
data: {image: "a:b", number: "7"}
---
apiVersion: v1
kind: Pod
metadata: {name: p, annotations: {n: x}}
spec:
  hostPID: false
  image: old:1
  port: 1
"""
SOURCE = "source: {kind: ConfigMap, fieldPath: data.image}"


def apply(entry):
    reading = Reading({"k": f"replacements:\n- {entry}\n", "o": OBJECTS, "more.yaml": f"{{{SOURCE}, targets: []}}"})
    (body,), objects, files = reading.documents("k"), [Object(each, "") for each in reading.documents("o")], set()
    replace(reading, "", body, objects, files)
    return reading, objects[1].body, files


def test_a_value_has_the_line_where_it_is_written():
    reading, pod, _ = apply(f"{{{SOURCE}, targets: [{{select: {{kind: Pod}}, fieldPaths: [spec.image]}}]}}")
    assert (pod["spec"]["image"], reading.nodes.origin(pod["spec"].lines["image"])) == ("a:b", ("o", 4))


def test_a_part_of_a_value_keeps_its_line():
    options = "options: {delimiter: ':', index: 1}"
    reading, pod, _ = apply(f"{{{SOURCE}, targets: [{{select: {{kind: Pod}}, fieldPaths: [spec.image], {options}}}]}}")
    assert (pod["spec"]["image"], reading.nodes.origin(pod["spec"].lines["image"])) == ("old:a:b", ("o", 11))


def test_a_number_stays_one_and_a_text_a_text():
    source = "source: {kind: ConfigMap, fieldPath: data.number}"
    paths = "fieldPaths: [spec.port, spec.image, metadata.annotations.n]"
    _, pod, _ = apply(f"{{{source}, targets: [{{select: {{kind: Pod}}, {paths}}}]}}")
    assert (pod["spec"]["port"], pod["spec"]["image"], pod["metadata"]["annotations"]["n"]) == (7, "7", "7")


def test_a_stated_value():
    _, pod, _ = apply("{sourceValue: new, targets: [{select: {name: p}}]}")
    assert pod["metadata"]["name"] == "new"


@pytest.mark.parametrize(
    ("reject", "value"),
    [("{name: p}", "old:1"), ("{annotationSelector: n=x}", "old:1"), ("{kind: Job}", "a:b"), ("{labelSelector: l=m}", "a:b")],
)
def test_rejected_targets(reject, value):
    _, pod, _ = apply(f"{{{SOURCE}, targets: [{{select: {{kind: Pod}}, reject: [{reject}], fieldPaths: [spec.image]}}]}}")
    assert pod["spec"]["image"] == value


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (f"{{{SOURCE}}}", "it has no targets"),
        (f"{{{SOURCE}, targets: [{{}}]}}", "a target selects nothing"),
        (f"{{{SOURCE}, targets: [{{select: {{kind: Pod}}, fieldPaths: [spec.none]}}]}}", "a target has no spec.none"),
        ("{source: {kind: X}, targets: [{select: {kind: Pod}}]}", "its source selects nothing"),
        ("{source: {version: v1}, targets: [{select: {kind: Pod}}]}", "its source selects several objects"),
        ("{source: {kind: Pod, fieldPath: spec.x}, targets: [{select: {kind: Pod}}]}", "its source has no spec.x"),
        ("{source: {kind: Pod, fieldPath: spec, options: {delimiter: a}}, targets: [{select: {kind: Pod}}]}",
         "a delimiter is for texts alone"),
        ("{source: {kind: Pod, options: {delimiter: '-', index: 4}}, targets: [{select: {kind: Pod}}]}",
         "its source has no part 4"),
        ("{source: {kind: Pod, fieldPath: spec}, targets: [{select: {kind: Pod}}]}",
         "a mapping or list would replace a text"),
    ],
)  # fmt: skip
def test_what_is_not_applied(entry, reason):
    reading, _, _ = apply(entry)
    assert [(trouble.line, trouble.reason) for trouble in reading.troubles] == [(2, f"a replacement is not applied: {reason}")]


def test_replacements_of_a_file():
    reading, _, files = apply("{path: more.yaml}")
    assert (files, reading.troubles[0].path) == ({"more.yaml"}, "more.yaml")
    reading, _, files = apply("{path: gone.yaml}")
    assert [trouble.reason for trouble in reading.troubles] == ["the replacements in gone.yaml are not among the checked files"]
    assert files == set()

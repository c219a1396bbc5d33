"""Variables; tests/data/kustomize/variables has those that Kustomize resolved."""

import pytest

from careen.formats.data import yaml_document
from careen.kustomize.objects import Object
from careen.kustomize.reading import Reading
from careen.kustomize.variables import resolve
from tests.support.work import ends

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  port: 7
  containers:
  - name: c
    image: $(A)
    args: ["$(A)", "x$(A)$(B)", "$$(A)", "$(", 1]
"""
A = "{name: A, objref: {kind: Pod, apiVersion: v1, name: p}, fieldref: {fieldpath: 'spec.containers[0].name'}}"


def resolved(variables, places="[]", pod=POD):
    reading = Reading({"k": f"vars: [{variables}]\n", "o": pod})
    (body,), objects = reading.documents("k"), [Object(each, "") for each in reading.documents("o")]
    resolve(reading, body.maps("vars"), yaml_document.read(f"p: {places}")[0].maps("p"), objects)
    (container,) = objects[0].body["spec"].maps("containers")
    return container, [trouble.reason for trouble in reading.troubles]


def test_references():
    container, troubles = resolved(A)
    assert (container["args"], container["image"], troubles) == (["c", "xc$(B)", "$(A)", "$(", 1], "$(A)", [])


def test_a_whole_reference_keeps_the_type():
    container, _ = resolved(A.replace("spec.containers[0].name", "spec.port"))
    assert container["args"][:2] == [7, "x7$(B)"]


def test_further_places():
    container, _ = resolved(A, "[{path: spec/containers/image, kind: Pod}]")
    assert container["image"] == "c"


@pytest.mark.parametrize(
    ("variable", "reason"),
    [
        ("{name: X, objref: {kind: Job, name: p}}", "variable X is not applied: its object is not known"),
        (A.replace("[0].name", ""), "variable A is not applied: its object has no text at spec.containers"),
        (A.replace("[0].name", "[4].name"), "variable A is not applied: a list has no item 4"),
    ],
)
def test_what_is_not_applied(variable, reason):
    container, troubles = resolved(variable)
    assert (container["args"][0], troubles) == ("$(A)", [reason])


def test_hostile_texts():
    with ends():
        for part in ("$(", "$", "$(A)", ")("):
            resolved(A, pod=POD.replace("x$(A)$(B)", part * 20_000))

"""Patches of a kustomization; tests/data/kustomize has those that Kustomize applied."""

from careen.kustomize.objects import Object
from careen.kustomize.patches import patched, patches
from careen.kustomize.reading import Reading

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {x: 1}\n"


def apply(kustomization, **files):
    reading = Reading({"k/kustomization.yaml": kustomization, "k/pod.yaml": POD, **files})
    (body,), objects = reading.documents("k/kustomization.yaml"), [Object(each, "") for each in reading.documents("k/pod.yaml")]
    used = set()
    for patch in patches(reading, "k", body, ("patches", "patchesStrategicMerge")):
        objects = patched(reading, patch, objects, used)
    return [object.body for object in objects], used, [trouble.reason for trouble in reading.troubles]


def test_files_and_texts():
    found, used, troubles = apply(
        "patches:\n- path: p.yaml\n- patch: '[{op: add, path: /spec/z, value: 3}]'\n  target: {kind: Pod}\n",
        **{"k/p.yaml": POD.replace("x: 1", "y: 2")},
    )
    assert found[0]["spec"] == {"x": 1, "y": 2, "z": 3}
    assert (used, troubles) == ({"k/p.yaml"}, [])


def test_a_patch_that_deletes():
    assert apply("patches:\n- patch: |\n    {apiVersion: v1, kind: Pod, metadata: {name: a}, $patch: delete}\n")[0] == []


def test_the_identity_of_an_object_changes_only_with_an_option():
    other = "{apiVersion: v1, kind: Job, metadata: {name: b}}"
    (kept,), _, _ = apply(f"patches:\n- {{target: {{kind: Pod}}, patch: '{other}'}}\n")
    options = "options: {allowNameChange: true, allowKindChange: true}"
    (changed,), _, _ = apply(f"patches:\n- {{target: {{kind: Pod}}, patch: '{other}', {options}}}\n")
    assert (kept["kind"], kept["metadata"]["name"]) == ("Pod", "a")
    assert (changed["kind"], changed["metadata"]["name"]) == ("Job", "b")


def test_what_is_not_applied():
    found, used, troubles = apply("patches:\n- path: gone.yaml\n- patch: '{kind: Job, metadata: {name: a}}'\n")
    assert found[0]["spec"] == {"x": 1}
    assert (used, troubles) == (
        set(),
        ["the patch gone.yaml is not among the checked files", "a patch is not applied: it is about no object that is known"],
    )


def test_a_patch_that_is_a_text():
    found, used, troubles = apply("patches:\n- {path: p.yaml, target: {kind: Pod}}\n", **{"k/p.yaml": "text"})
    assert (found[0]["spec"], used) == ({"x": 1}, set())
    assert troubles == ["a patch is not applied: it is neither an object nor a list of operations"]

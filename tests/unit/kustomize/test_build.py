"""Kustomizations built from files: equal to what Kustomize makes of them, and safe with what it would not take."""

from pathlib import Path

import pytest

from careen.kustomize import Trouble, build, is_kustomization, missing
from tests.support.kustomizations import built_objects, cases, normal, objects_of, texts_of
from tests.support.work import ends

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: 'i:1'}]}\n"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_objects_are_those_of_kustomize(case: Path):
    """``expected.yaml`` was written by Kustomize (API 0.19.0)."""
    assert built_objects(texts_of(case)) == normal(objects_of((case / "expected.yaml").read_text()))


def test_only_what_no_other_takes_from_is_built_for_itself():
    texts = {
        "base/kustomization.yaml": "resources: [a.yaml]",
        "base/a.yaml": POD,
        "one/kustomization.yml": "resources: [../base]",
        "two/Kustomization": "resources: [../base, b.yaml]",
        "two/b.yaml": POD.replace("name: a", "name: b"),
        "two/unrelated.yaml": POD,
    }
    built, troubles = build(texts)
    assert [(each.path, len(each.objects)) for each in built] == [("one/kustomization.yml", 1), ("two/Kustomization", 2)]
    assert built[0].files == {"base/kustomization.yaml", "base/a.yaml", "one/kustomization.yml"}
    assert "two/unrelated.yaml" not in built[1].files
    assert troubles == []
    assert [is_kustomization(path) for path in ("a/kustomization.yaml", "kustomization.json")] == [True, False]


def test_what_is_not_applied_is_named_with_its_line():
    texts = {
        "k/kustomization.yaml": "resources:\n- a.yaml\n- https://h.example/x\n- gone.yaml\n- github.com/o/r//p?ref=v1\n"
        "vars: [{name: X}]\nhelmCharts: [{name: c}]\ntransformers: [t.yaml]\n"
        "patches:\n- path: none.yaml\n- patch: '{kind: Pod, apiVersion: v1, metadata: {name: z}}'\n- patch: '['\n"
        "  target: {kind: Pod}\n- target: {kind: '(a+)+'}\n  patch: '{spec: {}}'\n"
        "- target: {kind: Pod}\n  patch: '[{op: remove, path: /x}]'\n",
        "k/a.yaml": POD,
    }
    _, troubles = build(texts)
    assert [(trouble.line, trouble.reason) for trouble in troubles] == [
        (3, "https://h.example/x is not fetched: use kustomize build"),
        (4, "gone.yaml is not among the checked files"),
        (5, "github.com/o/r//p?ref=v1 is not fetched: use kustomize build"),
        (7, "the chart c is not rendered: use kustomize build --enable-helm"),
        (10, "the patch none.yaml is not among the checked files"),
        (11, "a patch is not applied: it is about no object that is known"),
        (12, "the patch cannot be read: not YAML: did not find expected node content (line 2)"),
        (14, "a patch is not applied: the expression of its target is not read"),
        (16, "a patch is not applied: /x does not exist"),
        (8, "t.yaml is not among the checked files"),
        (6, "variable X is not applied: its object is not known"),
    ]
    assert missing(texts) == ["k/gone.yaml", "k/none.yaml", "k/t.yaml"]


def test_the_origin_of_a_line_is_where_its_key_is_written():
    texts = {
        "kustomization.yaml": "resources: [a.yaml]\npatches:\n- patch: |-\n    kind: Pod\n    apiVersion: v1\n"
        "    metadata: {name: a}\n    spec:\n      hostPID: true\n- path: p.yaml\n- target: {kind: Pod}\n"
        """  patch: '[{"op": "add", "path": "/spec/hostIPC", "value": true}]'\n""",
        "a.yaml": "---\n" + POD,
        "p.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    tty: true\n",
    }
    (built,), _ = build(texts)
    spec = built.objects[0].map("spec")
    place = built.nodes.origin
    assert place(built.objects[0].line) == ("a.yaml", 2)
    assert place(spec.lines["hostPID"]) == ("kustomization.yaml", 8)
    assert place(spec.lines["hostIPC"]) == ("kustomization.yaml", 11)
    assert place(spec.seq("containers").lines[0]) == ("a.yaml", 5)
    assert place(spec.maps("containers")[0].lines["image"]) == ("a.yaml", 5)
    assert place(spec.maps("containers")[0].lines["tty"]) == ("p.yaml", 7)


def test_a_patch_that_is_about_nothing_known_stays_a_file_of_its_own():
    texts = {
        "kustomization.yaml": "resources: [https://h.example/x]\n"
        "patches: [{path: p.yaml}, {path: q.yaml, target: {kind: Job}}]\n",
        "p.yaml": POD,
        "q.yaml": POD,
    }
    (built,), _ = build(texts)
    assert built.files == {"kustomization.yaml"}


def test_circles_are_named():
    texts = {
        "a/kustomization.yaml": "resources: [../b]",
        "b/kustomization.yaml": "resources: [../a, p.yaml]",
        "b/p.yaml": POD,
        "c/kustomization.yaml": "resources: [.]",
        "d/kustomization.yaml": "kind: Component\nresources: [../b/p.yaml]",
    }
    built, troubles = build(texts)
    assert [each.path for each in built] == ["c/kustomization.yaml"]
    assert Trouble("c/kustomization.yaml", 1, ". takes from itself, or is too deep") in troubles
    assert {trouble.path for trouble in troubles if trouble.reason.startswith("not built")} == {
        "a/kustomization.yaml", "b/kustomization.yaml", "d/kustomization.yaml",
    }  # fmt: skip


def test_kustomizations_that_grow_without_end_are_given_up(monkeypatch):
    monkeypatch.setattr("careen.kustomize.nodes.MAX_NODES", 50_000)
    monkeypatch.setattr("careen.kustomize.reading.MAX_STEPS", 100_000)
    twice = {f"{n}/kustomization.yaml": f"resources: [../{n + 1}, ../{n + 1}]\nnamePrefix: a-" for n in range(40)} | {
        "40/kustomization.yaml": "resources: [p.yaml]",
        "40/p.yaml": POD,
    }
    with ends():
        built, troubles = build(twice)
    assert built == []
    assert [(trouble.path, trouble.limit) for trouble in troubles if trouble.limit] == [("0/kustomization.yaml", True)]
    parts = {f"{n}/kustomization.yaml": f"kind: Component\ncomponents: [../{n + 1}, ../{n + 1}]" for n in range(1, 40)} | {
        "kustomization.yaml": "components: [./1]",
        "40/kustomization.yaml": "kind: Component",
    }
    with ends():
        built, troubles = build(parts)
    assert built == []
    assert any("too many objects and patches" in trouble.reason for trouble in troubles)


def test_components_in_a_long_row_are_not_followed_to_their_end():
    texts = {f"{n}/kustomization.yaml": f"kind: Component\ncomponents: [../{n + 1}]" for n in range(1, 2000)}
    _, troubles = build({"kustomization.yaml": "components: [./1]", **texts})
    assert any(trouble.reason.endswith("takes from itself, or is too deep") for trouble in troubles)


def test_variables_of_kustomizations_that_are_taken_twice_are_kept_once():
    texts = {f"{n}/kustomization.yaml": f"resources: [../{n + 1}, ../{n + 1}]" for n in range(30)}
    texts["30/kustomization.yaml"] = "vars: [{name: A, objref: {kind: Pod, name: a}}]\nconfigurations: [c.yaml]\n"
    texts["30/c.yaml"] = "varReference: [{path: a/b}]\nimages: [{path: a/b}]\nnameReference: [{}]\n"
    with ends():
        _, troubles = build(texts)
    assert [trouble.reason for trouble in troubles] == [
        "configurations: nameReference not applied",
        "variable A is not applied: its object is not known",
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("generators: ['{apiVersion: builtin, kind: Strange}']", "generators: Strange not applied"),
        ("generators: ['{apiVersion: v1, kind: ConfigMapGenerator}']", "generators: ConfigMapGenerator not applied"),
        ("generators: ['{']", "one of generators cannot be read: not YAML: did not find expected node content (line 2)"),
        ("transformers: ['{apiVersion: builtin, kind: Strange}']", "transformers: the kind Strange not applied"),
        ("transformers: ['{apiVersion: me.example/v1, kind: LabelTransformer}']", "transformers: LabelTransformer not applied"),
        ("transformers: [https://h.example/x]", "https://h.example/x is not fetched: use kustomize build"),
        ("configurations: [gone.yaml]", "gone.yaml is not among the checked files"),
    ],
)
def test_plugins_that_are_not_applied(entry, reason):
    _, troubles = build({"kustomization.yaml": f"\n{entry}\n"})
    assert [(trouble.line, trouble.reason) for trouble in troubles] == [(2, reason)]


@pytest.mark.parametrize(
    "kustomization",
    [
        "replacements: [{source: {kind: Pod}, targets: [{select: {kind: Pod}, fieldPaths: [PATHS]}]}]",
        "labels: [{pairs: {a: b}, fields: [SPECS]}]",
        "configurations: [c.yaml]\nimages: [{name: i, newTag: n}]",
        "configurations: [c.yaml]\nvars: [{name: A, objref: {kind: Pod, apiVersion: v1, name: a}}]",
        "transformers: ['{apiVersion: builtin, kind: LabelTransformer, labels: {a: b}, fieldSpecs: [SPECS]}']",
        "transformers: ['{apiVersion: builtin, kind: PrefixTransformer, prefix: a, fieldSpecs: [SPECS]}']",
    ],
)
def test_many_fields_of_long_lists_are_given_up(kustomization, monkeypatch):
    monkeypatch.setattr("careen.kustomize.reading.MAX_STEPS", 100_000)
    specs = "{path: spec/l/x}, " * 1000
    texts = {
        "kustomization.yaml": "resources: [a.yaml]\n"
        + kustomization.replace("SPECS", specs).replace("PATHS", "'spec.l.[x=v].z', " * 1000),
        "a.yaml": POD.replace("spec: {", f"spec: {{l: [{'{x: v, z: w}, ' * 2000}], "),
        "c.yaml": f"images: [{specs}]\nvarReference: [{specs}]\n",
    }
    with ends():
        built, troubles = build(texts)
    assert built == []
    assert [trouble.reason for trouble in troubles] == ["not built: too many objects and patches"]


def test_a_file_that_is_no_yaml():
    built, troubles = build({"kustomization.yaml": "a: [", "x/kustomization.yaml": "resources: [b.yaml]", "x/b.yaml": "a: ["})
    assert [each.path for each in built] == ["x/kustomization.yaml"]
    assert [trouble.path for trouble in troubles] == ["kustomization.yaml", "x/b.yaml"]

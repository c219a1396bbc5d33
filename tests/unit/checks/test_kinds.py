"""How each kind of file is recognised, and which files are read together."""

import pytest

from careen.checks.kind import Document, Rules, SourceFile
from careen.checks.kinds import KINDS, inlined, kind_of, may_be_checked
from careen.model.inventory import Unknown

READ = {kind.name: kind.read for kind in KINDS}


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("Dockerfile", "RUN a", "dockerfile"),
        ("a/app.Containerfile", "RUN a", "dockerfile"),
        ("Dockerfile.dev", "RUN a", "dockerfile"),
        ("Dockerfile.md", "FROM a", None),
        ("Dockerfile.sarif", '{"a": 1}', None),
        ("Dockerfile.yaml", "FROM: a", None),
        ("build", "# x\nFROM a", "dockerfile"),
        ("build", "ARG A\nFROM a", "dockerfile"),
        ("build", "from now on", "dockerfile"),
        ("notes.txt", "FROM a", None),
        ("a.yaml", "apiVersion: v1\nkind: Pod", "kubernetes"),
        ("a.json", '{"apiVersion": "v1"}', "kubernetes"),
        ("a.txt", "apiVersion: v1", None),
        ("a.yml", "services:\n  a: {}", "compose"),
        ("a.yml", "include:\n- b.yml", "compose"),
        ("a.json", "services:\n", None),
        ("a.yml", "apiVersion: v1\nservices:\n", "kubernetes"),
        ("a.yml", " services:\n", None),
        ("kustomization.yaml", "apiVersion: kustomize\nresources: []", "kustomize"),
    ],
)
def test_kinds(path, text, kind):
    found = kind_of(path, text)
    assert (found.name if found else None) == kind


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/b.yaml", True), ("a.YML", True), ("Dockerfile", True), ("Kustomization", True), ("a.json", True), ("a.py", False)],
)
def test_names_worth_reading(path, expected):
    assert may_be_checked(path) is expected


def read(kind, **texts):
    """What the kind reads from files, by name; ``__`` stands for the dot in a name."""
    files = [SourceFile(name.replace("__", "."), text, named=True) for name, text in texts.items()]
    found = list(READ[kind](files, (), Rules()))
    documents = [item for item in found if isinstance(item, Document)]
    unknowns = [(item.evidence.path, item.reason) for item in found if isinstance(item, Unknown)]
    return documents, unknowns


def groups(**texts):
    documents, _ = read("compose", **texts)
    return [sorted(service.name for service in document.value.services) for document in documents]


SERVICE = "services:\n  {}: {{image: x}}\n"


def test_compose_files_that_are_read_together():
    base, other = SERVICE.format("a"), SERVICE.format("b")
    assert groups(a__yaml=base, b__yaml=other) == [["a"], ["b"]]
    assert groups(a__yaml=base, a__override__yaml=other) == [["a", "b"]]
    assert groups(a__yaml=base, c__override__yaml=other) == [["a"], ["b"]]
    assert groups(a__yaml=base + "include: [b.yaml]\n", b__yaml=other) == [["a", "b"]]
    assert groups(a__yaml=base + "include:\n- b.yaml\n", b__yaml=other) == [["a", "b"]]
    assert groups(a__yaml=base + "include:\n- path: b.yaml\n", b__yaml=other) == [["a", "b"]]


def test_compose_files_that_refer_to_each_other_in_a_circle():
    base, other = SERVICE.format("a") + "include: [b.yaml]\n", SERVICE.format("b") + "include: [a.yaml]\n"
    documents, unknowns = read("compose", a__yaml=base, b__yaml=other)
    assert len(documents) == 1
    assert "refers back to this file" in unknowns[0][1]


def test_an_included_file_that_is_not_checked():
    _, unknowns = read("compose", a__yaml=SERVICE.format("a") + "include: [c.yaml]\n")
    assert [(path, "is not followed" in why) for path, why in unknowns] == [("a.yaml", True)]


def test_manifests_are_one_document():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"
    documents, unknowns = read("kubernetes", a__yaml=pod % "a", b__yaml=pod % "b")
    assert ([len(document.value.resources) for document in documents], unknowns) == ([2], [])
    documents, unknowns = read("kubernetes", a__yaml="a: {{ .Values.b }}: c")
    assert (documents, unknowns) == ([], [("a.yaml", "a template, not a manifest: render it first")])


def test_a_kustomization_is_only_reported():
    text = "resources: [a.yaml, 'https://x.example/b']\nnamePrefix: x\npatches: []\n"
    documents, unknowns = read("kustomize", kustomization__yaml=text)
    assert documents == []
    assert unknowns == [
        (
            "kustomization.yaml",
            "its namePrefix, patches are not applied; https://x.example/b is not fetched: "
            "use kustomize build . | careen check -",
        )
    ]
    assert read("kustomize", kustomization__yaml="resources: [a.yaml]") == ([], [])


def test_a_dockerfile_that_is_none():
    documents, unknowns = read("dockerfile", Dockerfile="# nothing")
    assert (documents, [path for path, _ in unknowns]) == ([], ["Dockerfile"])


def test_dockerfiles_within_a_compose_file_keep_their_lines():
    block = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a\n        RUN b $$C\n"
    text = block + "  b:\n    build: {dockerfile_inline: FROM c}\n"
    first, second = inlined(SourceFile("a.yaml", text, named=True))
    assert first.text.split("\n")[4:6] == ["FROM a", "RUN b $C"]
    assert second.text.split("\n")[7] == "FROM c"
    assert (first.path, first.named) == ("a.yaml", True)
    assert list(inlined(SourceFile("a.yaml", "services: {a: {build: .}}"))) == []
    assert list(inlined(SourceFile("a.yaml", "dockerfile_inline: [\n"))) == []

"""How each kind of file is recognised, and which files are read together."""

import pytest
from tests.support.work import ends

from careen.checks import kinds
from careen.checks.kind import Document, Rules, SourceFile
from careen.checks.kinds import KINDS, MAX_WITHIN, _referred, in_build_configurations, inlined, kind_of, may_be_checked
from careen.formats.services import shell_starts
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
        ("dockerfile_lint", "#!/usr/bin/env node\nx()", None),
        ("Dockerfile.j2", "{% if x %}\nFROM a", "dockerfile"),
        ("build", "# x\nFROM a", "dockerfile"),
        ("build", "ARG A\nFROM a", "dockerfile"),
        ("build", "from now on", "dockerfile"),
        ("notes.txt", "FROM a", None),
        ("a.yaml", "apiVersion: v1\nkind: Pod", "kubernetes"),
        ("a.json", '{"apiVersion": "v1"}', "kubernetes"),
        ("a.txt", "apiVersion: v1", None),
        ("a.yaml", "!!str apiVersion: v1\nkind: Pod", "kubernetes"),
        ("a.yaml", "&a apiVersion: v1\nkind: Pod", "kubernetes"),
        ("a.yaml", "? apiVersion\n: v1\n", "kubernetes"),
        ("a.yaml", "a: b\x85apiVersion: v1\n", "kubernetes"),
        ("a.yaml", "# a\rapiVersion: v1\n", "kubernetes"),
        ("a.yaml", '"\\x61piVersion": v1\nkind: Pod', "kubernetes"),
        ("a.json", '{"a": 1, "\\u0061piVersion": "v1", "kind": "Pod"}', "kubernetes"),
        ("a.json", '{"a": 1, "\\u0061piVersion": "v1"}', None),
        ("a.yaml", '"\\x73ervices": {a: {}}', "compose"),
        ("a.yml", "services:\n  a: {}", "compose"),
        ("a.yml", "include:\n- b.yml", "compose"),
        ("a.json", "services:\n", None),
        ("a.yml", "apiVersion: v1\nservices:\n", "kubernetes"),
        ("a.yml", " services:\n", "compose"),
        ("a/docker-compose.prod.yml", "web: {image: a}", "compose"),
        ("a.yml", "web: {image: a}", None),
        ("compose.yaml", "web: {name: a}", None),
        ("docker-compose.json", '{"services": {"a": {}}}', "compose"),
        ("a.json", '{"services": {"a": {}}}', None),
        ("a.yml", '"services":\n  a: {}', "compose"),
        ("a.yml", "{name: x, services: {a: {}}}", "compose"),
        ("a.yml", "? services\n: a: {}", "compose"),
        ("a.yml", "services:\n  a: {restart: always}", "compose"),
        ("a.yml", "services:\n  a: {workers: 2}", None),
        ("a.yml", "services:\n- docker\n", None),
        ("a.yml", "services:\n- docker\nscript: {{ x }}\n", None),
        ("a.yml", "services:\n{% for x in y %}\n  a: {}\n", "compose"),
        ("a.yml", "include:\n- https://ci.example/a.yml\n", "gitlab-ci"),
        ("a.yml", "include:\n- path: b.yml\n", "compose"),
        ("a.yml", "jobs:\n  services:\n    a: {}", None),
        ("a.yml", "services:\n  a: {}\nx-meta:\n  apiVersion: v1", "compose"),
        ("a.yml", "services:\n  a: {}\n# {apiVersion: v1\n", "compose"),
        ("a.yml", "apiVersion: v1\nkind: Pod\n---\nservices:\n  a: {}", "kubernetes"),
    ],
)
def test_kinds(path, text, kind):
    found = kind_of(path, text)
    assert (found.name if found else None) == kind


@pytest.mark.parametrize(
    "line", ["\n", " \n", "{\n", "- ", "services:\n", "- path: [", "  path:\n", "!a ", "&", '"\\', ',"', "? "]
)
def test_recognising_and_grouping_take_linear_time(line):
    text = line * 200_000
    with ends(repr(line)):
        kind_of("a.yaml", text)
        kind_of("Makefile", text)
        kind_of("a.container", text)
        list(_referred(SourceFile("a.yaml", text)))


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


def test_files_beyond_those_that_are_read_together_are_read_apart(monkeypatch):
    monkeypatch.setattr(kinds, "MAX_TOGETHER", 2)
    base = SERVICE.format("a") + "include: [b.yaml, c.yaml, d.yaml]\n"
    others = {f"{name}__yaml": SERVICE.format(name) for name in "bcd"}
    assert groups(a__yaml=base, **others) == [["a", "b"], ["c"], ["d"]]


def test_an_included_file_that_is_not_checked():
    _, unknowns = read("compose", a__yaml=SERVICE.format("a") + "include: [c.yaml]\n")
    assert [(path, "is not followed" in why) for path, why in unknowns] == [("a.yaml", True)]


def test_manifests_are_one_document():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"
    documents, unknowns = read("kubernetes", a__yaml=pod % "a", b__yaml=pod % "b")
    assert ([len(document.value.resources) for document in documents], unknowns) == ([2], [])
    documents, unknowns = read("kubernetes", a__yaml="a: {{ .Values.b }}: c")
    assert (documents, unknowns) == ([], [("a.yaml", "a template: render it first")])


def test_a_file_of_manifests_that_has_something_else():
    documents, unknowns = read("kubernetes", a__yaml="a: {apiVersion: v1}\n")
    assert (documents, unknowns) == ([], [("a.yaml", "no object of Kubernetes in it")])
    pod = "apiVersion: v1\nkind: Pod\n---\nservices:\n  a: {privileged: true}\n"
    documents, unknowns = read("kubernetes", a__yaml=pod)
    why = "services of Compose beside objects of Kubernetes are not checked"
    assert (len(documents), unknowns) == (1, [("a.yaml", why)])


@pytest.mark.parametrize(
    "text",
    [
        "# escape=`\nFROM a\nRUN sudo x\nRUN C:\\y.exe",
        "# hadolint shell=powershell\nFROM a\nRUN sudo x\nRUN y",
        'FROM a\nSHELL ["/bin/other"]\nRUN sudo x\nRUN y',
        "FROM x/windows\nRUN sudo x\nRUN y",
    ],
)
def test_commands_of_another_shell_are_an_unknown(text):
    _, unknowns = read("dockerfile", Dockerfile=text)
    (path, why), line = unknowns[0], text.splitlines().index("RUN sudo x") + 1
    assert (path, why) == ("Dockerfile", f"RUN in line {line} and 1 more: commands of another shell than sh are not read")
    assert read("dockerfile", Dockerfile='FROM a\nSHELL ["pwsh"]\nRUN ["a"]')[1] == []


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


def test_commands_beyond_a_limit_are_an_unknown():
    _, unknowns = read("dockerfile", Dockerfile="FROM a\nRUN x; " + "(" * 80 + "y" + ")" * 80)
    assert unknowns == [("Dockerfile", "the RUN in line 2 is not checked: it has more commands than are read, or deeper ones")]


def test_containers_beyond_a_limit_are_an_unknown(monkeypatch):
    monkeypatch.setattr(shell_starts, "MAX_CONTAINERS", 2)
    documents, unknowns = read("script", a__sh="docker run a\n" * 3)
    assert len(documents[0].value.services) == 2
    assert unknowns == [("a.sh", "only its first 2 containers are checked")]


@pytest.mark.parametrize(
    ("kind", "path", "text"),
    [
        ("dockerfile", "Dockerfile", "#\n" * 50_001 + "FROM a\n"),
        ("kubernetes", "a.yaml", f"apiVersion: v1\nkind: Pod\na: {'[' * 201}{']' * 201} # {{{{\n"),
        ("compose", "compose.yaml", "services:\n" + "".join(f"  a{n}: {{image: a}}\n" for n in range(1001))),
        ("quadlet", "a.container", "[Container]\n" + "Image=a\n" * 10_001),
    ],
)
def test_a_file_over_a_limit_makes_the_check_incomplete(kind, path, text):
    (found,) = READ[kind]([SourceFile(path, text)], [], Rules())
    assert isinstance(found, Unknown)
    assert (found.evidence.path, found.whole_layer) == (path, True)


def test_a_file_that_is_not_valid_does_not_if_a_folder_has_it():
    (found,) = READ["dockerfile"]([SourceFile("Dockerfile", "# {{ image }}\n")], [], Rules())
    assert isinstance(found, Unknown)
    assert not found.whole_layer


@pytest.mark.parametrize(
    "line", ["{{ if slim -}}", "{{\n  def x:\n -}}", "{% for x in y %}", '<%include file="a"/>', "{# a remark #}"]
)
def test_a_template_of_a_dockerfile_is_read_without_its_directives(line):
    (document,), unknowns = read("dockerfile", Dockerfile=f"FROM a:1\n{line}\nRUN x\n")
    assert unknowns == [("Dockerfile", "a template, whose directives are not followed: render it first")]
    assert [(step.keyword, step.line) for step in document.value.steps] == [("RUN", 3 + line.count("\n"))]
    documents, unknowns = read("dockerfile", Dockerfile="FROM a:1\nRUN docker inspect -f '{{ .Id }}' a\n")
    assert (len(documents), unknowns) == (1, [])
    assert len(read("dockerfile", Dockerfile="FROM a:{{ .tag }}\nRUN x\n")[1]) == 1


def test_a_dockerfile_within_a_build_of_openshift_keeps_its_lines():
    text = (
        "apiVersion: build.openshift.io/v1\nkind: BuildConfig\nmetadata: {name: b}\nspec:\n  source:\n    dockerfile: |\n"
        "      FROM debian:13\n      USER root\n"
    )
    (found,) = in_build_configurations(SourceFile("b.yaml", text))
    assert found.text == "\n" * 6 + "FROM debian:13\nUSER root\n"
    assert list(in_build_configurations(SourceFile("b.yaml", text.replace("dockerfile: |", "dockerfile: [")))) == []
    many = SourceFile("b.yaml", "---\n".join([text] * (MAX_WITHIN + 5)))
    assert len(list(in_build_configurations(many))) == MAX_WITHIN

"""The user's own checks, in Python and Rego: how they are loaded, rejected, and report file and line."""

import json

import pytest
from tests.support.rego import needs_rego

from careen.checks.user_checks import load_user_checks
from careen.cli.main import main
from careen.errors import UsageError
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.images import image_document
from careen.formats.kubernetes import manifest_files
from careen.formats.services import compose, container_inspect
from careen.formats.terraform import configuration

PYTHON = """\
from careen.plugins import Check, Place


def inspect(document):
    for stage in document.stages:
        if stage.resolved.startswith("alpine"):
            yield Place(f"stage {stage.index} is built from Alpine", stage.line)


CHECK = Check(
    id="ACME-003", title="A stage is built from Alpine", severity="high", why="We have no Alpine.", fix="Use Debian.",
    references=(), inspect=inspect, kind="dockerfile",
)
"""
OWNER = """\
# METADATA
# title: A workload has no owner
# description: Nobody is called when it breaks.
# related_resources:
#   - ref: https://wiki.example/owners
# custom: {id: ACME-001, kind: kubernetes, severity: high, fix: Add the label owner.}
package acme.owner

deny contains fault if {
	not input.document.metadata.labels.owner
	fault := {"message": sprintf("%s has no owner", [input.document.metadata.name]), "at": ["metadata"]}
}
"""


def rule(kind, body, id="ACME-009"):
    return f"# METADATA\n# custom: {{id: {id}, kind: {kind}}}\npackage acme.one\n\n{body}\n"


@pytest.fixture
def own(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            stem, _, suffix = name.rpartition("_")
            (tmp_path / f"{stem}.{suffix}").write_text(text)
        return load_user_checks([tmp_path])

    return write


def test_python(own):
    (check,) = own(alpine_py=PYTHON, _helper_py="raise RuntimeError").of("dockerfile")
    assert check.id == "ACME-003"
    assert [place.line for place in check.inspect(read_dockerfile("FROM debian\nFROM alpine:3\n"))] == [2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no CHECK"),
        (PYTHON.replace('"dockerfile"', '"docker"'), "the kind of ACME-003 is 'docker'"),
        (PYTHON.replace('kind="dockerfile",', ""), "the kind of ACME-003 is ''"),
        (PYTHON.replace("ACME-003", "DKR-003"), "is not a valid id"),
        (PYTHON.replace("ACME-003", "acme"), "is not a valid id"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("1/0", "ZeroDivisionError"),
    ],
)
def test_python_that_is_refused(own, text, why):
    with pytest.raises(UsageError, match=why):
        own(x_py=text)


def test_the_folder_names_the_kind_as_it_does_for_ours(tmp_path):
    (tmp_path / "rbac").mkdir()
    (tmp_path / "rbac" / "x.py").write_text(PYTHON.replace('kind="dockerfile",', ""))
    (check,) = load_user_checks([tmp_path / "rbac"]).of("kubernetes")
    assert (check.id, check.kind) == ("ACME-003", "kubernetes")


def test_an_older_module_names_its_kind_beside_the_check(own):
    text = PYTHON.replace('kind="dockerfile"', "good=(), bad=()") + '\nKIND = "dockerfile"\n'
    assert [check.id for check in own(x_py=text).of("dockerfile")] == ["ACME-003"]


def test_a_family_in_one_module(own):
    text = (
        PYTHON.replace("CHECK = ", "A = ") + "\nfrom msgspec.structs import replace\nCHECKS = (A, replace(A, id='ACME-004'))\n"
    )
    assert [check.id for check in own(x_py=text).of("dockerfile")] == ["ACME-003", "ACME-004"]


def test_ids_are_given_once(own):
    with pytest.raises(UsageError, match="has the id"):
        own(a_py=PYTHON, b_py=PYTHON)


def test_paths(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        load_user_checks([tmp_path / "missing"])
    with pytest.raises(UsageError, match="has no Python"):
        load_user_checks([tmp_path])


class TestRego:
    @pytest.fixture(autouse=True)
    def _extra(self):
        needs_rego()

    def test_a_check_of_manifests(self, own):
        (check,) = own(owner_rego=OWNER, lib_rego="package acme.lib\n").of("kubernetes")
        assert (check.id, check.title, check.severity) == ("ACME-001", "A workload has no owner", "high")
        assert (check.why, check.fix) == ("Nobody is called when it breaks.", "Add the label owner.")
        assert check.references == ("https://wiki.example/owners",)
        parts = ("A\nmetadata:\n  name: a\n", "B\nmetadata:\n  labels: {owner: me}\n", "C\nmetadata:\n  name: c\n")
        text = "---\n".join(f"apiVersion: v1\nkind: {part}" for part in parts)
        found = list(check.inspect(manifest_files.read([("x.yaml", text)])))
        assert [(place.message, place.path, place.line) for place in found] == [
            ("a has no owner", "x.yaml", 3), ("c has no owner", "x.yaml", 13),
        ]  # fmt: skip

    def test_lines_by_pointer(self, own):
        body = 'deny contains {"message": "x", "line": input.lines["/spec/hostPID"]} if input.document.spec.hostPID'
        (check,) = own(x_rego=rule("kubernetes", body)).of("kubernetes")
        (place,) = check.inspect(
            manifest_files.read([("x.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  a: 1\n  hostPID: true\n")])
        )
        assert place.line == 5

    def test_of_compose(self, own):
        body = 'deny contains {"message": name, "at": ["services", name, "image"]} if some name, one in input.services'
        (check,) = own(x_rego=rule("compose", body)).of("compose")
        (place,) = check.inspect(compose.read([("c.yaml", "services:\n  a:\n    image: x\n")]))
        assert (place.message, place.path, place.line) == ("a", "c.yaml", 3)

    def test_of_dockerfiles(self, own):
        body = (
            'deny contains {"message": step.value, "line": step.line} if '
            '{ some stage in input.stages; some step in stage.instructions; step.instruction == "RUN" }'
        )
        (check,) = own(x_rego=rule("dockerfile", body)).of("dockerfile")
        (place,) = check.inspect(read_dockerfile("FROM a\nENV X=1\nRUN make $X\n", "D"))
        assert (place.message, place.path, place.line) == ("make 1", "D", 3)

    def test_of_images_and_running_containers(self, own):
        (check,) = own(x_rego=rule("image", "deny contains file.path if some file in input.files")).of("image")
        assert [place.message for place in check.inspect(image_document.described("files: {etc/passwd: x}"))] == ["etc/passwd"]
        body = "deny contains one.service.image if some one in input.containers"
        (check,) = own(x_rego=rule("running", body)).of("running")
        text = '{"container": {"Name": "/w", "Config": {"Image": "a:1"}, "HostConfig": {"Privileged": true}}}'
        assert [place.message for place in check.inspect(container_inspect.described(text))] == ["a:1"]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("deny := 1", "no package"),
            (rule("kubernetes", "deny contains 1 if {"), "x.rego line 5"),
            (rule("kubernetes", "allow := true"), "no rule deny"),
            (rule("kubernetes", "deny := true"), "no rule deny"),
            (rule("pods", "deny contains 1 if false"), "custom.kind"),
            (rule("kubernetes", "deny contains 1 if false", "K8S-1"), "is not a valid id"),
            ("# METADATA\n# title: x\npackage x\ndeny contains 1 if false", "custom.id"),
        ],
    )
    def test_what_is_refused(self, own, text, why):
        with pytest.raises(UsageError, match=why):
            own(x_rego=text)

    def test_on_the_command_line(self, tmp_path, monkeypatch, capsys):
        (tmp_path / "own").mkdir()
        (tmp_path / "tree").mkdir()
        (tmp_path / "own/owner.rego").write_text(OWNER)
        (tmp_path / "tree/pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n")
        (tmp_path / "tree/x.rego").write_text("nonsense")  # in the scanned tree: never loaded
        monkeypatch.chdir(tmp_path)
        flags = ["--scanners", "config", "--format", "json", "--quiet", "--check-severity", "ACME-001=low"]
        assert main(["check", "tree", "--checks", "own", *flags]) == 0
        (found,) = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["id"] == "ACME-001"]
        assert (found["severity"], found["location"]["line"]) == ("low", 3)
        main(["check", "tree", "--checks", "own", *flags, "--checks-off", "ACME-001"])
        assert "ACME-001" not in capsys.readouterr().out


BEFORE_1 = """\
# METADATA
# title: Registry of images is ours
# schemas:
#   - input: schema["SCHEMA"]
# custom:
#   id: USR-APP-0001
#   severity: LOW
#   recommended_action: Use ours.
package user.ours

deny[res] {
	input.path != ""
	res := sprintf("bad: %s", [input.path])
}
"""


def test_rego_before_1_with_the_metadata_of_modules_for_trivy(own):
    needs_rego()
    (check,) = own(a_rego=BEFORE_1.replace("SCHEMA", "dockerfile")).of("dockerfile")
    assert (check.id, check.severity, check.fix) == ("USR-APP-0001", "low", "Use ours.")
    assert [place.message for place in check.inspect(read_dockerfile("FROM a\n", "x/Dockerfile"))] == ["bad: x/Dockerfile"]


def test_rego_for_all_kinds_and_for_terraform(own):
    needs_rego()
    found = own(a_rego=BEFORE_1.replace("SCHEMA", "input"))
    assert {kind for kind in ("dockerfile", "kubernetes", "compose", "terraform") if found.of(kind)} == {
        "dockerfile", "kubernetes", "compose", "terraform",
    }  # fmt: skip
    (check,) = found.of("terraform")
    document = configuration.read({"main.tf": 'resource "t" "x" {\n a = var.a\n}\n'})
    assert [place.message for place in check.inspect(document)] == ["bad: main.tf"]


def test_a_schema_of_another_kind_is_refused(own):
    with pytest.raises(UsageError, match=r"custom\.kind"):
        own(a_rego=BEFORE_1.replace("SCHEMA", "cloud"))

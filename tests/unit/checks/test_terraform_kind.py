"""Terraform among the files: which are read, what its resources mean to other checks, and what is not assessed."""

import json

import pytest

from careen.checks.files import find_files
from careen.checks.kind import Document, Rules, SourceFile
from careen.checks.kinds import kind_of
from careen.checks.terraform_kind import TERRAFORM, is_fetched, is_of_terraform
from careen.model.inventory import Unknown
from careen.pipeline.files import check_files
from careen.plugins import Check, load

POD = """\
resource "kubernetes_pod" "web" {
  metadata { name = "web" }
  spec {
    container {
      name  = "web"
      image = var.image
      security_context { privileged = true }
    }
  }
}
resource "docker_container" "web" {
  name       = "web"
  image      = "web:1.4"
  privileged = true
}
resource "aws_ecr_repository" "web" {
  name                 = "web"
  image_tag_mutability = var.mutability
}
"""


def checks_of(kind):
    return [check for folder in kind.folders for check in load(f"careen.checks.{folder}", "CHECK", Check)]


def checked(**texts):
    files = [SourceFile(name.replace("__", "."), text) for name, text in texts.items()]
    return check_files(files, checks_of, Rules()).outcome


@pytest.mark.parametrize(
    ("path", "text", "is_terraform"),
    [
        ("main.tf", "", True),
        ("a/main.tofu", "", True),
        ("main.tf.json", "{}", True),
        ("prod.tfvars", "", True),
        ("plan.json", '{"format_version": "1.2", "planned_values": {"root_module": {}}}', True),
        ("plan.json", '{"a": 1}', False),
        ("main.tfstate", "{}", False),
    ],
)
def test_which_files(path, text, is_terraform):
    found = kind_of(path, text)
    assert (found is TERRAFORM) is is_terraform
    assert is_of_terraform(path) is (is_terraform and path != "plan.json")


def test_resources_are_checked_as_what_they_create():
    found = {(finding.id, finding.location.line) for finding in checked(main__tf=POD).findings}
    assert {("K8S-001", 7), ("CMP-001", 14), ("TFM-001", 16)} <= found


def test_what_is_not_known_is_neither_right_nor_wrong():
    outcome = checked(main__tf=POD)
    assert not any(finding.location.line in (6, 18) for finding in outcome.findings)
    reasons = {(unknown.cataloger, unknown.reason) for unknown in outcome.unknowns}
    assert ("check TFM-002", "line 18: not assessed: var.mutability is not known") in reasons
    assert any("Pod web is assessed without var.image" in reason for _, reason in reasons)


def test_a_known_value_of_the_same_file_is_a_finding():
    text = POD.replace("var.mutability", '"MUTABLE"')
    assert ("TFM-002", 18) in {(finding.id, finding.location.line) for finding in checked(main__tf=text).findings}


def test_a_plan_is_checked_with_its_lines():
    row = {
        "address": "aws_ecr_repository.x",
        "mode": "managed",
        "type": "aws_ecr_repository",
        "name": "x",
        "values": {"image_tag_mutability": "MUTABLE"},
    }
    text = json.dumps({"planned_values": {"root_module": {"resources": [row]}}}, indent=1)
    (line,) = [finding.location.line for finding in checked(plan__json=text).findings if finding.id == "TFM-002"]
    assert "image_tag_mutability" in text.split("\n")[line - 1]


def test_a_file_that_cannot_be_read_is_incomplete_if_it_was_named():
    file = SourceFile("main.tf", "x = [", named=True)
    (unknown,) = [one for one in TERRAFORM.read([file], (), Rules()) if isinstance(one, Unknown)]
    assert unknown.whole_layer
    assert "line 1" in unknown.reason


def test_comments_suppress():
    text = (
        "# careen:ignore TFM-001 the pipeline scans\n"
        'resource "aws_ecr_repository" "x" {\n'
        '  image_tag_mutability = "MUTABLE" // careen:ignore TFM-002 a sandbox\n'
        "}\n"
    )
    outcome = checked(main__tf=text)
    assert {"TFM-001", "TFM-002"} == {one.finding.id for one in outcome.suppressed}
    assert {one.by.reason for one in outcome.suppressed} == {"the pipeline scans", "a sandbox"}


def test_of_what_init_has_fetched_only_the_configuration_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "main.tf",
        ".terraform/modules/modules.json",
        ".terraform/modules/m/main.tf",
        ".terraform/modules/m/Dockerfile",
        ".terraform/modules/m/examples/a/main.tf",
        ".terraform/providers/x/main.tf",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")
    assert sorted(file.path for file in find_files(["."]).files) == [
        ".terraform/modules/m/main.tf",
        ".terraform/modules/modules.json",
        "main.tf",
    ]
    assert (is_fetched("a.tf"), is_fetched("terraform.tfvars")) == (True, False)


def test_documents_of_other_kinds_name_them():
    kinds = [one.kind for one in TERRAFORM.read([SourceFile("main.tf", POD)], (), Rules()) if isinstance(one, Document)]
    assert kinds == ["", "kubernetes", "compose"]


def test_the_image_of_a_container_is_that_of_its_resource():
    text = (
        'resource "docker_image" "x" { name = "web:latest" }\n'
        'resource "docker_container" "x" {\n'
        "  image = docker_image.x.image_id\n"
        "}\n"
    )
    outcome = checked(main__tf=text)
    assert ("CMP-022", 3) in {(finding.id, finding.location.line) for finding in outcome.findings}
    assert outcome.unknowns == ()

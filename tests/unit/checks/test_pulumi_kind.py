"""Programs of Pulumi among the files that are checked."""

import pytest
from tests.unit.formats.services.test_pulumi_yaml import TEXT

from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import kind_of
from careen.checks.pulumi_kind import PULUMI
from careen.pipeline.files import check_files
from careen.plugins import Check, load


def test_a_program():
    def checks_of(kind):
        checks = (check for folder in kind.folders for check in load(f"careen.checks.{folder}", "CHECK", Check))
        return [check for check in checks if check.id in ("CMP-001", "K8S-002")]

    found = check_files([SourceFile("Pulumi.yaml", TEXT)], checks_of, Rules())
    assert [(finding.id, finding.location.line) for finding in found.outcome.findings] == [
        ("CMP-001", 8), ("CMP-001", 28), ("K8S-002", 19),
    ]  # fmt: skip
    assert "line 37: containers of a task is not assessed" in [unknown.reason for unknown in found.outcome.unknowns]


@pytest.mark.parametrize(("path", "is_one"), [("infra/Pulumi.yaml", True), ("Pulumi.yml", True), ("a.yaml", False)])
def test_names(path, is_one):
    assert (kind_of(path, TEXT) is PULUMI) is is_one


def test_what_cannot_be_read():
    (unknown,) = PULUMI.read([SourceFile("Pulumi.yaml", "runtime: yaml\nresources: [")], (), Rules())
    assert unknown.reason.startswith("not YAML")

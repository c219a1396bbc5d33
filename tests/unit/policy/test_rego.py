"""Policies in Rego over a report: their messages fail the verdict, and what cannot be done is an error at once."""

import json

import pytest
from msgspec.structs import replace
from tests.support.rego import needs_rego
from tests.support.reports import clean, usual

from careen.cli.main import main
from careen.errors import UsageError
from careen.model.report import Verdict
from careen.policy.rego import load_policies, with_policies

needs_rego()

POLICY = """\
package acme.gate

deny contains sprintf("%s in %s", [finding.id, finding.package]) if {
	some finding in input.findings
	finding.kind == "vulnerability"
	finding.severity in {"critical", "high"}
}
"""


@pytest.fixture
def policies(tmp_path):
    def load(text):
        (tmp_path / "gate.rego").write_text(text)
        return load_policies([tmp_path / "gate.rego"])

    return load


def test_what_deny_contains_fails(policies):
    report = with_policies(usual(), policies(POLICY))
    ours = [rule for rule in report.verdict.rules if "gate.rego" in rule.rule]
    assert ours
    assert not any(rule.passed for rule in ours)
    assert (report.verdict.passed, report.verdict.exit_code) == (False, 1)
    bad = [one for one in report.findings if one.severity in ("critical", "high") and hasattr(one, "package")]
    assert len(ours) == len({(one.id, one.package) for one in bad})


def test_without_messages_the_policy_is_one_rule_that_passed(policies):
    report = with_policies(clean(), policies(POLICY))
    (rule,) = [rule for rule in report.verdict.rules if rule.rule.endswith("gate.rego")]
    assert rule.passed
    assert report.verdict.exit_code == 0


def test_an_incomplete_report_stays_incomplete(policies):
    report = replace(usual(), verdict=Verdict(False, 3))
    assert with_policies(report, policies(POLICY)).verdict.exit_code == 3


def test_without_policies_the_report_is_the_same():
    report = usual()
    assert with_policies(report, ()) is report


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("deny contains 1 if true", "no package"),
        ("package x\ndeny contains 1 if {", "line 2"),
        ("package x\nallow := true", "no set named deny"),
        ("package x\ndeny := true", "no set named deny"),
    ],
)
def test_an_invalid_policy_is_refused(policies, text, why):
    with pytest.raises(UsageError, match=why):
        policies(text)


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_policies([tmp_path / "none.rego"])


def test_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nUSER 1000\n")
    (tmp_path / "gate.rego").write_text(
        'package gate\ndeny contains {"message": "no Debian"} if input.target.kind == "files"\n'
    )
    code = main(["check", "Dockerfile", "--scanners", "config", "--policy", "gate.rego", "--format", "json", "--quiet"])
    verdict = json.loads(capsys.readouterr().out)["verdict"]
    assert (code, [(rule["rule"], rule["passed"]) for rule in verdict["rules"]]) == (1, [("gate.rego: no Debian", False)])

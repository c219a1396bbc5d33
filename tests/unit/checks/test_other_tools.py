"""A rule of another tool is found in each spelling that its tool has had."""

import json

import pytest

from careen.checks.kinds import KINDS
from careen.checks.other_tools import TABLE, _tables, checks_like
from careen.plugins import Check, load


@pytest.mark.parametrize("rule", ["KSV-0001", "KSV001", "AVD-KSV-0001", " ksv-0001 "])
def test_spellings_of_trivy(rule):
    assert checks_like(rule) == {"Trivy": ("K8S-010",)}


@pytest.mark.parametrize(
    ("rule", "tool", "check"),
    [
        ("DS002", "Trivy", "DKR-022"),
        ("AVD-AWS-0089", "Trivy", "TFM-075"),
        ("DL3008", "Hadolint", "DKR-065"),
        ("StageNameCasing", "BuildKit", "DKR-041"),
        ("CKV_K8S_16", "Checkov", "K8S-001"),
        ("CKV2_K8S_5", "Checkov", "RBC-001"),
        ("C-0017", "kubescape", "K8S-021"),
        ("privileged-ports", "KubeLinter", "K8S-061"),
        ("hostIPCSet", "Polaris", "K8S-003"),
    ],
)
def test_a_rule_of_each_tool(rule, tool, check):
    assert check in checks_like(rule)[tool]


@pytest.mark.parametrize("rule", ["", "CVE-2021-1234", "KSV-9999", "AVD-", "*", "K8S-001", "\x1b[2J"])
def test_other_names(rule):
    assert checks_like(rule) == {}


def test_no_two_rules_of_a_tool_have_one_name():
    tables = json.loads(TABLE.read_text("utf-8"))
    assert {tool: len(rules) for tool, rules in _tables().items()} == {tool: len(rules) for tool, rules in tables.items()}


def test_every_check_exists():
    ours = {check.id for kind in KINDS for folder in kind.folders for check in load(f"careen.checks.{folder}", "CHECK", Check)}
    assert {id for rules in _tables().values() for ids in rules.values() for id in ids} <= ours

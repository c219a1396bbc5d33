"""The map of other tools' rules: its ids have the form of their tool, and its checks exist."""

import re

from tests.docs.rules_of_others import PAGES, page, rule_map, table_text

from careen.checks.other_tools import TABLE
from careen.plugins import Check, load

RULES = rule_map()
ALL = [(tool, id, rule) for tool, by_id in RULES.tools.items() for id, rule in by_id.items()]
FOLDERS = ("image", "kubernetes", "network", "rbac", "terraform")
FORMS = {
    "Checkov": r"CKV2?_K8S_[1-9]\d{0,2}",
    "kubescape": r"C-0\d{3}",
    "Checkov for Terraform": r"CKV2?_(?:AWS|AZURE|GCP)_[1-9]\d{0,2}",
    "Trivy for Terraform": r"(?:AWS|AZU|GCP)-0\d{3}",
}


def test_ids_have_the_form_of_their_tool_and_its_order():
    for tool, by_id in RULES.tools.items():
        assert [id for id in by_id if not re.fullmatch(FORMS[tool], id)] == []
        assert list(by_id) == sorted(by_id, key=_place)


def _place(rule):
    return rule.startswith("CKV2"), *re.split("[-_]", rule)[:-1], int(re.split("[-_]", rule)[-1])


def test_every_check_exists_and_has_a_page():
    known = {check.id for folder in FOLDERS for check in load(f"careen.checks.{folder}", "CHECK", Check)}
    assert [(id, check) for _, id, rule in ALL for check in rule.checks if check not in known] == []
    assert {check[:3] for _, _, rule in ALL for check in rule.checks} == PAGES.keys()


def test_a_rule_has_checks_or_a_reason():
    assert [id for _, id, rule in ALL if bool(rule.checks) == bool(rule.reason)] == []
    assert {rule.reason for _, _, rule in ALL} - {""} == RULES.reasons.keys()
    assert [id for _, id, rule in ALL if len(set(rule.checks)) != len(rule.checks)] == []


def test_the_page_has_every_rule_once():
    text = page()
    for tool, id, rule in ALL:
        row = next(line for line in text.splitlines() if line.startswith(f"| {id} |"))
        assert text.count(f"| {id} |") == 1, tool
        assert all(f"[{check}](" in row for check in rule.checks)
        assert rule.what in row


def test_the_table_of_the_package_has_every_rule(update):
    text = table_text()
    if update:
        TABLE.write_text(text, "utf-8")
    assert TABLE.read_text("utf-8") == text, "make golden writes it"

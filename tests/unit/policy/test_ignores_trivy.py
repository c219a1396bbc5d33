"""Rules of a .trivyignore.yaml."""

from datetime import date

import pytest

from careen.errors import UsageError
from careen.formats.data.yaml_document import read
from careen.policy.ignores import Ignore
from careen.policy.ignores_trivy import rules


def read_rules(text):
    (document,) = read(text)
    return rules(document, "f")


def test_each_kind_and_each_purl():
    text = """\
secrets:
- {id: aws-key, paths: [a/**, b]}
vulnerabilities:
- {id: CVE-1, purls: ['pkg:npm/a', 'pkg:npm/b'], expired_at: 2026-12-31, statement: ours}
misconfigurations:
- id: DKR-001
"""
    rule = Ignore("CVE-1", "f:4", until=date(2026, 12, 30), reason="ours", kinds=frozenset(("vulnerability",)))
    from msgspec.structs import replace

    assert read_rules(text) == (
        replace(rule, purl="pkg:npm/a"),
        replace(rule, purl="pkg:npm/b"),
        Ignore("DKR-001", "f:6", kinds=frozenset(("misconfiguration",))),
        Ignore("aws-key", "f:2", paths=("a/**", "b"), kinds=frozenset(("secret",))),
    )


def test_licences_are_skipped_with_a_warning(caplog):
    assert read_rules("licenses: [{id: MIT}]") == ()
    assert "rules about licences have no effect" in caplog.text


def test_a_rule_without_id():
    with pytest.raises(UsageError, match="f:2: a rule without id"):
        read_rules("secrets:\n- paths: [a]")


@pytest.mark.parametrize(
    "rule", ["paths: {a: b}", "paths: [[a]]", "purls: ['']", "path: a", "purl: a", "expires_at: 2020-01-01"]
)
def test_a_condition_that_cannot_be_read_skips_the_rule(rule, caplog):
    assert read_rules(f"vulnerabilities:\n- id: CVE-1\n  {rule}\n") == ()
    assert f"f:2: the rule is skipped: Careen cannot evaluate {rule.partition(':')[0]}" in caplog.text


@pytest.mark.parametrize("rule", ["paths: []", "purls:", "comment: x", "reason: x"])
def test_what_trivy_passes_over(rule):
    assert read_rules(f"vulnerabilities:\n- id: CVE-1\n  {rule}\n")[0].id == "CVE-1"

"""Rules of a .snyk policy."""

from datetime import date

import pytest

from careen.formats.data.yaml_document import read
from careen.policy.ignores import Ignore
from careen.policy.ignores_snyk import rules


def read_rules(text):
    (document,) = read(text)
    return rules(document, "f")


def test_a_rule_for_each_path():
    text = """\
ignore:
  CVE-1:
    - '*': {reason: ours, expires: 2026-12-31T00:00:00.000Z}
    - a@1 > b > c@2:
  CVE-2:
    - '*': {}
"""
    assert read_rules(text) == (
        Ignore("CVE-1", "f:3", until=date(2026, 12, 31), reason="ours"),
        Ignore("CVE-1", "f:4", package="c"),
        Ignore("CVE-2", "f:6"),
    )


@pytest.mark.parametrize(
    ("path", "package"), [("**", None), ("a > *", None), ("@scope/a", "@scope/a"), ("@scope/a@1", "@scope/a"), ("a[b", "a[[]b")]
)
def test_the_last_package_of_a_path(path, package):
    assert read_rules(f"ignore: {{CVE-1: [{{'{path}': {{}}}}]}}")[0].package == package


@pytest.mark.parametrize(
    ("id", "warned"), [("SNYK-JS-A-1", True), ("npm:a:20200101", True), ("npm:a:2020", False), ("CVE-1", False)]
)
def test_own_ids_are_warned_about(id, warned, caplog):
    assert [rule.id for rule in read_rules(f"ignore: {{'{id}': [{{'*': {{}}}}]}}")] == [id]
    assert ("1 rules use Snyk's own ids" in caplog.text) is warned

"""Rules of a .snyk policy."""

from datetime import date

import pytest

from careen.formats.data.yaml_document import read
from careen.policy.ignores import Ignore
from careen.policy.ignores_careen import STATES
from careen.policy.ignores_snyk import rules


def read_rules(text):
    (document,) = read(text)
    return rules(document, "f")


def test_a_rule_for_each_path():
    text = """\
ignore:
  CVE-1:
    - '*': {reason: ours, expires: 2026-12-31T00:00:00.000Z}
    - a@1 > b > c@2: {disregardIfFixable: true}
  CVE-2:
    - '*': {}
"""
    assert read_rules(text) == (
        Ignore("CVE-1", "f:3", until=date(2026, 12, 30), reason="ours"),
        Ignore("CVE-1", "f:4", package="c", version="2", fix=frozenset(STATES) - {"fixed"}),
        Ignore("CVE-2", "f:6"),
    )


@pytest.mark.parametrize(
    ("path", "package", "version"),
    [
        ("**", None, None),
        ("a > *", None, None),
        ("@scope/a", "@scope/a", None),
        ("@scope/a@1", "@scope/a", "1"),
        ("a@*", "a", None),
        ("a[b", "a[[]b", None),
    ],
)
def test_the_last_package_of_a_path(path, package, version):
    (rule,) = read_rules(f"ignore: {{CVE-1: [{{'{path}': {{}}}}]}}")
    assert (rule.package, rule.version) == (package, version)


def test_a_rule_about_every_vulnerability_is_skipped(caplog):
    assert read_rules("ignore:\n  '*': [{'*': {}}]") == ()
    assert "f:2: the rule is skipped: it names no vulnerability" in caplog.text


@pytest.mark.parametrize(
    ("id", "warned"), [("SNYK-JS-A-1", True), ("npm:a:20200101", True), ("npm:a:2020", False), ("CVE-1", False)]
)
def test_own_ids_are_warned_about(id, warned, caplog):
    assert [rule.id for rule in read_rules(f"ignore: {{'{id}': [{{'*': {{}}}}]}}")] == [id]
    assert ("1 rules use Snyk's own ids" in caplog.text) is warned

"""Rules of a .grype.yaml."""

import pytest

from careen.formats.data.yaml_document import read
from careen.policy.ignores import Ignore
from careen.policy.ignores_grype import rules

VULNERABILITIES = frozenset(("vulnerability",))


def read_rules(text):
    (document,) = read(text)
    return rules(document, "f")


def test_a_rule_with_every_condition():
    text = """\
ignore:
- vulnerability: CVE-1
  fix-state: not-fixed
  reason: ours
  package: {name: 'lib.*', version: '1', type: Python, location: app/**}
"""
    assert read_rules(text) == (
        Ignore(
            "CVE-1",
            "f:2",
            package="lib*",
            reason="ours",
            version="1",
            paths=("app/**",),
            types=frozenset(("pypi",)),
            fix=frozenset(("open", "deferred", "end_of_life")),
            kinds=VULNERABILITIES,
        ),
    )


@pytest.mark.parametrize(
    ("name", "package"),
    [("'a.b'", "a.b"), ("'a\\.b'", "a.b"), ("'^kernel-.*$'", "kernel-*"), ("'@scope/a_b'", "@scope/a_b")],
)
def test_patterns_of_names(name, package):
    assert [rule.package for rule in read_rules(f"ignore: [{{package: {{name: {name}}}}}]")] == [package]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{vulnerability: CVE-1, namespace: x}", "cannot evaluate namespace"),
        ("{vulnerability: CVE-1, package: {upstream-name: x}}", "cannot evaluate package.upstream-name"),
        ("{package: {name: 'a(b|c)'}}", "cannot evaluate the pattern 'a(b|c)'"),
        ("{reason: x}", "it has no condition"),
        ("{package: {name: [a, b]}}", "cannot evaluate package.name"),
        ("{package: {name: ''}}", "cannot evaluate package.name"),
        ("{package: {name: }}", "cannot evaluate package.name"),
        ("{vulnerability: CVE-1, package: a}", "cannot evaluate package"),
        ("{vulnerability: CVE-1, package: [{name: a}]}", "cannot evaluate package"),
        ("{vulnerability: [CVE-1], package: {name: a}}", "cannot evaluate vulnerability"),
        ("{vulnerability: CVE-1, fix-state: [fixed]}", "cannot evaluate fix-state"),
        ("{vulnerability: CVE-1, package: {location: [[a]]}}", "cannot evaluate package.location"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_skipped(rule, message, caplog):
    assert [found.id for found in read_rules(f"ignore: [{rule}, {{vulnerability: CVE-2}}]")] == ["CVE-2"]
    assert message in caplog.text


@pytest.mark.parametrize(("state", "states"), [("wont-fix", {"wont_fix"}), ("fixed", {"fixed"}), ("strange", {"strange"})])
def test_states_of_the_fix(state, states):
    (rule,) = read_rules(f"ignore: [{{fix-state: {state}}}]")
    assert (rule.id, rule.fix) == ("*", states)

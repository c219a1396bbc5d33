"""Rules of an osv-scanner.toml."""

import tomllib
from datetime import date

import pytest

from careen.errors import UsageError
from careen.policy.ignores import Ignore
from careen.policy.ignores_osv import rules

VULNERABILITIES = frozenset(("vulnerability",))


def read_rules(text):
    return rules(tomllib.loads(text), text, "f")


def test_vulnerabilities_with_their_lines():
    text = """\
[[IgnoredVulns]]
id = "CVE-1"
ignoreUntil = 2026-12-31
reason = "ours"

 [[ IgnoredVulns ]]
id = "CVE-2"
ignoreUntil = 2026-12-31T00:00:00Z
[[IgnoredVulns]]
id = "CVE-3"
ignoreUntil = "2026-12-31"
"""
    until = date(2026, 12, 30)
    assert read_rules(text) == (
        Ignore("CVE-1", "f:1", until=until, reason="ours"),
        Ignore("CVE-2", "f:6", until=until),
        Ignore("CVE-3", "f:9", until=until),
    )


def test_packages_are_named_literally():
    text = (
        '[[PackageOverrides]]\nname = "a*"\nversion = "1"\necosystem = "PyPI"\nvulnerability.ignore = true\nreason = "ours"\n'
    )
    assert read_rules(text) == (
        Ignore(
            "*",
            "f:1",
            package="a[*]",
            reason="ours",
            version="1",
            types=frozenset(("pypi",)),
            kinds=VULNERABILITIES,
        ),
    )


@pytest.mark.parametrize(
    ("ecosystem", "type"), [("Debian:12", "deb"), ("Alpine", "apk"), ("crates.io", "cargo"), ("Go", "golang")]
)
def test_ecosystems(ecosystem, type):
    (rule,) = read_rules(f'[[PackageOverrides]]\necosystem = "{ecosystem}"\nignore = true')
    assert rule.types == {type}


def test_an_override_that_does_not_ignore():
    assert read_rules('[[PackageOverrides]]\nname = "a"\nlicense.override = ["MIT"]') == ()


@pytest.mark.parametrize(
    ("setting", "asked"), [('group = "dev"', "groups of dependencies"), ('ecosystem = "Foo"', "the ecosystem 'foo'")]
)
def test_a_rule_that_cannot_be_evaluated_is_skipped(setting, asked, caplog):
    assert read_rules(f'[[PackageOverrides]]\nname = "a"\nignore = true\n{setting}') == ()
    assert asked in caplog.text.lower().replace("Foo", "foo")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[IgnoredVulns]]\nreason = "x"', "f:1: a rule without id"),
        ("\n[[PackageOverrides]]\nignore = true", "f:2: the rule names no package"),
        ('[[PackageOverrides]]\nname = ["a"]\necosystem = "npm"\nignore = true', "f:1: name is not a text"),
        ('[[PackageOverrides]]\nname = "a"\nversion = 1\nignore = true', "f:1: version is not a text"),
        ('[[IgnoredVulns]]\nid = "CVE-1"\nignoreUntil = "soon"', "f:1: 'soon' is not a date"),
    ],
)
def test_a_rule_with_an_error(text, message):
    with pytest.raises(UsageError) as caught:
        read_rules(text)
    assert message in str(caught.value)

import logging
from datetime import date

import pytest
from msgspec.structs import replace
from tests.support.reports import ROOT_USER, TOKEN, usual

from careen.errors import UsageError
from careen.model.finding import Fix
from careen.policy.ignore_files import read_ignores
from careen.policy.ignores import Ignore, covers

ZLIB = replace(
    usual().findings[0], id="CVE-1", aliases=("DSA-1",), package="pkg:deb/debian/zlib1g@1.2?arch=amd64", package_name="zlib1g",
    package_version="1.2", paths=("var/lib/dpkg/status",), layer=0, fix=Fix("open"),
)  # fmt: skip
LODASH = replace(
    ZLIB, id="CVE-2", aliases=(), package="pkg:npm/lodash@4.17.15", package_name="lodash", package_version="4.17.15",
    paths=("app/node_modules/lodash/package.json", "opt/node_modules/lodash/package.json"), layer=1, fix=Fix("fixed", ("5",)),
)  # fmt: skip
ALL = {"zlib": ZLIB, "lodash": LODASH, "token": TOKEN, "root": ROOT_USER}


def applied(text):
    """The findings to which any rule of the text applies."""
    rules = read_ignores(text, "f")
    return {name for name, finding in ALL.items() if any(rule.applies(finding) for rule in rules)}


def test_careen_yaml():
    (one, two, three) = read_ignores(
        """
ignore:
  - id: [CVE-1, GHSA-*]
    purl: pkg:deb/debian/zlib1g
    path: [var/lib/**, usr/**]
    layer: 0
    fix: open
    kind: vulnerability
    reason: MiniZip is not built
    owner: platform team
    until: 2027-01-31
  - path: app/**
""",
        "my.yaml",
    )
    assert one == Ignore(
        "CVE-1", "my.yaml:3", purl="pkg:deb/debian/zlib1g", until=date(2027, 1, 31), reason="MiniZip is not built",
        paths=("var/lib/**", "usr/**"), layer=0, fix=frozenset(("open",)), kinds=frozenset(("vulnerability",)),
        owner="platform team",
    )  # fmt: skip
    assert two == replace(one, id="GHSA-*")
    assert three == Ignore("*", "my.yaml:12", paths=("app/**",))
    by = one.by()
    assert (by.kind, by.source, by.reason, by.expires, by.owner) == (
        "ignore", "my.yaml:3", "MiniZip is not built", "2027-01-31", "platform team",
    )  # fmt: skip
    assert read_ignores("ignore:\n", "f") == ()


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("id: cve-1", {"zlib"}),
        ("id: DSA-*", {"zlib"}),
        ("id: CVE-*", {"zlib", "lodash"}),
        ("id: example-token", {"token"}),
        ("id: '*', kind: secret", {"token"}),
        ("package: lo*", {"lodash"}),
        ("package: lodash, version: 4.17.15", {"lodash"}),
        ("package: lodash, version: 4.17.16", set()),
        ("purl: 'pkg:npm/*'", {"lodash"}),
        ("purl: pkg:npm/lodash@4.17.15", {"lodash"}),
        ("purl: pkg:deb/debian/zlib1g@1.2", {"zlib"}),
        ("path: app/**", {"token"}),  # lodash is elsewhere too
        ("path: ['app/**', opt/]", {"lodash", "token"}),
        ("path: settings.py", {"token"}),
        ("path: /build", {"root"}),
        ("path: '**/Dockerfile', id: DKR-*", {"root"}),
        ("layer: 1", {"lodash", "token"}),
        ("layer: 1, package: '*'", {"lodash"}),
        ("id: '*', fix: [fixed]", {"lodash"}),
        ("id: CVE-3", set()),
    ],
)
def test_the_findings_that_a_rule_matches(rule, what):
    assert applied(f"ignore:\n- {{{rule}}}\n") == what


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignore:\n  - reason: all\n", "f:2: the rule names no id, purl, package, path or layer"),
        ("ignore:\n  - id: '*'\n", "f:2: the rule names no id"),
        ("ignore:\n  - id: CVE-1\n    ressaon: x\n", "f:3: unknown key 'ressaon'"),
        ("ignore:\n  - id:\n", "f:2: id is empty"),
        ("ignore:\n  - id: CVE-1\n    until: soon\n", "f:2: 'soon' is not a date"),
        ("ignore:\n  - id: CVE-1\n    layer: base\n", "f:2: layer 'base' is not the number"),
        ("ignore:\n  - id: CVE-1\n    kind: bug\n", "f:2: kind 'bug' is not one of vulnerability, secret"),
        ("ignore:\n  - CVE-1\n", "f:2: a rule is a mapping"),
        ("ignore: CVE-1\n", "f:1: ignore: is not a list"),
        ("ignore:\n- id: CVE-1\ngates: 1\n", "f:3: unknown key 'gates'"),
        ("ignore: [\n", "f: not YAML"),
        ("vulnerabilities:\n  - paths: [a]\n", "f:2: a rule without id"),
        ("[[IgnoredVulns]]\nreason = 'x'\n", "f:1: a rule without id"),
        ("[[PackageOverrides]]\nignore = true\n", "f:1: the rule names no package"),
        ("[[IgnoredVulns]]\nid = \n", "f: not TOML"),
    ],
)
def test_what_is_wrong_is_named(text, message):
    with pytest.raises(UsageError) as caught:
        read_ignores(text, "f")
    assert str(caught.value).startswith(message)


def test_trivyignore():
    assert read_ignores("# accepted\nCVE-1 exp:2027-01-01\nDSA-1\naws-key\n", ".trivyignore") == (
        Ignore("CVE-1", ".trivyignore:2", until=date(2026, 12, 31)),
        Ignore("DSA-1", ".trivyignore:3"),
        Ignore("aws-key", ".trivyignore:4"),
    )


def test_trivyignore_yaml(caplog):
    text = """
vulnerabilities:
  - id: CVE-2
    paths: ["app/**", "opt/**"]
    purls: [pkg:npm/lodash, pkg:npm/underscore]
    expired_at: 2027-01-01
    statement: ours
misconfigurations: [{id: DKR-001}]
secrets: [{id: example-token, paths: ["app/*.py"]}]
licenses: [{id: GPL-3.0}]
"""
    first, *_ = read_ignores(text, "f")
    assert (first.purl, first.until, first.reason, first.source) == ("pkg:npm/lodash", date(2026, 12, 31), "ours", "f:3")
    assert applied(text) == {"lodash", "root", "token"}
    assert "licences" in caplog.text
    assert applied("secrets: [{id: CVE-1}]") == set()


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("vulnerability: CVE-1", {"zlib"}),
        ("vulnerability: CVE-1, package: {name: zlib1g, version: '1.2', type: deb}", {"zlib"}),
        ("package: {type: npm}", {"lodash"}),
        ("package: {language: javascript, location: '/app/**'}", set()),
        ("package: {name: 'lod.*'}", {"lodash"}),
        ("fix-state: not-fixed, package: {type: deb}", {"zlib"}),
        ("fix-state: fixed", {"lodash"}),
        ("fix-state: unknown", set()),
        ("vulnerability: CVE-1, namespace: 'debian:distro:debian:12'", set()),
        ("vulnerability: CVE-1, package: {upstream-name: zlib}", set()),
        ("package: {name: 'lo(dash|x)'}", set()),
    ],
)
def test_grype_yaml(rule, what, caplog):
    assert applied(f"check-for-app-update: false\nignore:\n  - {{{rule}}}\n") == what
    assert ("is skipped" in caplog.text) is any(word in rule for word in ("namespace", "upstream", "("))


def test_osv_scanner_toml(caplog):
    text = """
[[IgnoredVulns]]
id = "CVE-1"
ignoreUntil = 2027-01-01
reason = "no"

[[PackageOverrides]]
name = "lodash"
version = "4.17.15"
ecosystem = "npm"
ignore = true
effectiveUntil = 2027-02-03T00:00:00Z

[[PackageOverrides]]
name = "zlib1g"
license.override = ["MIT"]

[[PackageOverrides]]
ecosystem = "Martian"
vulnerability.ignore = true
"""
    one, two = read_ignores(text, "osv-scanner.toml")
    assert one == Ignore("CVE-1", "osv-scanner.toml:2", until=date(2026, 12, 31), reason="no")
    assert (two.package, two.version, two.until, two.source) == ("lodash", "4.17.15", date(2027, 2, 2), "osv-scanner.toml:7")
    assert "Martian" in caplog.text
    assert applied(text) == {"zlib", "lodash"}


def test_snyk(caplog):
    text = """
# Snyk (https://snyk.io) policy file
version: v1.25.0
ignore:
  CVE-2:
    - 'app@1.0 > express > lodash@4.17.15':
        reason: not called
        expires: 2027-01-01T00:00:00.000Z
  CVE-1:
    - '*':
        reason: none
  SNYK-JS-LODASH-590103:
    - '*': {reason: x}
patch: {}
"""
    one, two, _ = read_ignores(text, "f")
    assert one == Ignore("CVE-2", "f:6", package="lodash", until=date(2026, 12, 31), reason="not called", version="4.17.15")
    assert (two.id, two.package, two.until) == ("CVE-1", None, None)
    assert "1 rules use Snyk's own ids" in caplog.text
    assert applied(text) == {"zlib", "lodash"}


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("usr/lib", "usr/lib/x/y", True),
        ("/usr/lib/", "usr/lib", True),
        ("usr/*/y", "usr/x/y", True),
        ("usr/*/y", "usr/x/z/y", False),
        ("usr/**/y", "usr/y", True),
        ("usr/**/y", "usr/a/b/y", True),
        ("**", "anything/at/all", True),
        ("*.py", "a/b/c.py", True),
        ("*.py", "a/b/c.pyc", False),
        ("app/*.py", "app/b/c.py", False),
        ("lib", "usr/lib/x", True),
        ("lib/x", "usr/lib/x", False),
        ("a?c", "x/abc", True),
        ("**/" * 30 + "x", "a/" * 2000 + "y", False),
    ],
)
def test_patterns_of_paths(pattern, path, covered):
    assert covers(pattern, path) is covered


def test_an_old_rule_of_any_format_ends(caplog):
    caplog.set_level(logging.WARNING)
    (rule,) = read_ignores("ignore:\n- id: CVE-1\n  expires: 2026-01-01\n", "f")
    assert rule.expired(date(2026, 1, 2))
    assert not rule.expired(date(2026, 1, 1))

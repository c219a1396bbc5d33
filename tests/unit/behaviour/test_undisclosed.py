"""Fixes in newer versions that nobody gave a CVE."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.behaviour.undisclosed import MAX_ROWS, changelog_key, quiet_fixes, undisclosed_fixes
from careen.model.package import Distribution, Evidence, Package, Source

DEBIAN = Distribution("debian", "12")
FIX = "Fix heap-based buffer overflow in the parser that a crafted file triggers"
CHANGELOG = f"""\
demo (1.2-3) unstable; urgency=medium

  * {FIX}
    (Closes: #900001)

 -- A B <a@example.org>  Tue, 07 May 2024 17:23:01 +0000

demo (1.2-2) unstable; urgency=medium

  * Update the Dutch translation.
  * Bump Standards-Version to 4.7.0.

 -- A B <a@example.org>  Mon, 06 May 2024 17:23:01 +0000

demo (1.2-1) unstable; urgency=medium

  * Fix use-after-free in the decoder.

 -- A B <a@example.org>  Sun, 05 May 2024 17:23:01 +0000
"""


def _package(name="demo", version="1.2-1", **options):
    return Package("deb", "debian", name, version, evidence=(Evidence("var/lib/dpkg/status", 0),), **options)


def _found(changelog, package=None):
    return list(undisclosed_fixes([package or _package()], DEBIAN, changelogs={"demo": changelog}))


def test_a_newer_entry_is_reported_with_its_line():
    (finding,) = _found(CHANGELOG)
    assert (finding.id, finding.severity, finding.confidence) == ("UDF-001", "low", "possible")
    assert finding.evidence[0].startswith(FIX)
    assert "1.2-3 describes a fix (overflow)" in finding.message


@pytest.mark.parametrize(
    ("changelog", "version"),
    [
        (CHANGELOG, "1.2-3"),  # the newest
        (CHANGELOG, "1.1-9"),  # not in it
        (CHANGELOG.replace(FIX, FIX + " (CVE-2024-1234)"), "1.2-1"),  # disclosed
        (CHANGELOG.replace(FIX, "Install the manual page"), "1.2-1"),
        ("", "1.2-1"),
        ("\0" * 1000, "1.2-1"),
    ],
)
def test_nothing_is_reported(changelog, version):
    assert _found(changelog, _package(version=version)) == []


def test_a_rebuild_and_a_binary_package_have_the_changelog_of_their_source():
    assert _found(CHANGELOG, _package("libdemo1", "1.2-1+b2", source=Source("demo", "1.2-1")))
    assert _found(CHANGELOG, _package(version="1.2-1+b2"))


def test_there_are_few_rows_and_one_a_source():
    packages = [_package(f"lib{number}", source=Source(f"s{number % 9}", "1.2-1")) for number in range(30)]
    changelogs = {f"s{number}": CHANGELOG for number in range(9)}
    found = list(undisclosed_fixes(packages, DEBIAN, changelogs=changelogs))
    assert len(found) == len({finding.package for finding in found}) == MAX_ROWS


def test_the_entries_next_to_an_old_version_count():
    entry = "demo (1.{}-1) unstable; urgency=medium\n\n  * Update the manual.\n\n"
    many = "".join(entry.format(number) for number in range(500, 100, -1))
    (finding,) = _found(many + CHANGELOG)
    assert "1.2-3 describes a fix" in finding.message
    assert _found(CHANGELOG + many, _package(version="1.101-1")) == []  # too many are between


def test_without_changelogs_nothing_is_known():
    assert list(undisclosed_fixes([_package()], DEBIAN)) == []


@given(st.integers(0, 1 << 32))
def test_changed_changelogs_are_read(seed):
    data, randomness = bytearray(CHANGELOG, "ascii"), random.Random(seed)
    for _ in range(5):
        data[randomness.randrange(len(data))] = randomness.randrange(256)
    for fix in quiet_fixes(data.decode("utf-8", "replace"), "1.2-1"):
        assert 0 < fix.score.probability <= 1


@pytest.mark.parametrize(
    "text", ["  * overflow" * 100_000, "\n  * overflow" * 20_000, "demo (1.2-9) unstable; urgency=low\n" * 20_000]
)
def test_bombs_are_bounded(text):
    changelog = CHANGELOG.replace(f"  * {FIX}", text)
    assert len(list(quiet_fixes(changelog, "1.2-1"))) <= 400


PROJECT = f"""\
# Changelog

## [2.1.0] - 2026-02-01

### Security

- {FIX} and that lets an attacker execute arbitrary code

## [1.9.5] - 2026-01-15

### Security

- {FIX} and that lets an attacker execute arbitrary code

## [2.0.0] - 2026-01-01

- Add the option `colour`
"""


def _project(changelog, version="2.0.0", **options):
    package = Package("npm", None, "@demo/core", version, **options)
    return list(undisclosed_fixes([package], None, changelogs={"npm/@demo/core": changelog}))


def test_a_newer_release_of_a_project_is_reported():
    (finding,) = _project(PROJECT)
    assert "2.1.0 describes a fix (overflow): Security: Fix heap-based" in finding.message
    assert (finding.id, finding.severity, finding.package) == ("UDF-001", "low", "pkg:npm/%40demo/core@2.0.0")


@pytest.mark.parametrize(
    ("changelog", "version", "options"),
    [
        (PROJECT, "2.1.0", {}),
        (PROJECT, "1.0.0", {}),  # not in it
        (PROJECT.replace("2.1.0", "2.0.0-rc.1"), "2.0.0", {}),  # older
        (PROJECT.replace("2.1.0", "2.1.0-rc.1"), "2.0.0", {}),  # not for those who use releases
        (PROJECT.replace(FIX, f"{FIX} (CVE-2026-1234)"), "2.0.0", {}),
        (
            PROJECT.replace("### Security", "### Added")
            .replace(FIX, "A page")
            .replace("attacker execute arbitrary code", "user choose"),
            "2.0.0",
            {},
        ),
        (PROJECT, "2.0.0", {"owned_by": "pkg:deb/debian/node-demo@1"}),
        (PROJECT, "2.0.0", {"presence": "shadowed"}),
    ],
)
def test_nothing_is_reported_of_a_project(changelog, version, options):
    assert _project(changelog, version, **options) == []


def test_pre_releases_of_a_project_count_once_they_are_released():
    early = PROJECT.replace("[2.1.0]", "[2.1.0-rc.1]")
    released = early.replace("# Changelog\n", "# Changelog\n\n## [2.1.0] - 2026-02-11\n\n- Add the option `size`\n")
    (finding,) = _project(released)
    assert "2.1.0-rc.1 describes a fix" in finding.message
    user_of_early_ones = early.replace("[2.0.0]", "[2.1.0-beta.1]")
    assert len(_project(user_of_early_ones, "2.1.0-beta.1")) == 1


def test_the_releases_next_to_an_old_version_of_a_project_count():
    many = "".join(f"## 3.{number}.0\n\n- Add the option `size`\n\n" for number in range(400, 0, -1))
    (finding,) = _project(PROJECT.replace("## [2.1.0]", f"{many}## [2.1.0]"))
    assert "2.1.0 describes a fix" in finding.message


@pytest.mark.parametrize(
    ("package", "key"),
    [
        (Package("deb", "debian", "libssl3", "1", source=Source("openssl", "1")), "openssl"),
        (Package("pypi", None, "Zope_Interface", "1"), "pypi/zope-interface"),
        (Package("npm", None, "@babel/core", "1"), "npm/@babel/core"),
        (Package("golang", None, "example.org/a", "1"), None),
        (Package("pypi", None, "yaml", "1", vendor="distribution"), None),
    ],
)
def test_the_name_of_a_changelog(package, key):
    assert changelog_key(package) == key

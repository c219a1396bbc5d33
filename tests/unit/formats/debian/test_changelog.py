"""Which version first names a vulnerability."""

import pytest
from tests.support.archive import changelog
from tests.support.work import ends, grows_with_its_input

from careen.formats.debian.changelog import fixes
from careen.versions.deb import key

TEXT = changelog(
    "jib",
    ("1.4-2+deb12u2", "Fix CVE-2026-0003 and CVE=2026-0004", "Regression of CVE-2026-0001"),
    ("1.4-2+deb12u1", "CVE-2026-0001: overflow", "Not affected by CVE-2026-0005", "CVE-2026-0006 (not affected, disabled)"),
    ("1.4-2", "Close CAN-2004-0007", "You are not affected unless (CVE-2004-1234) is set"),
)


def test_the_lowest_version_that_names_a_vulnerability_fixes_it():
    assert fixes(TEXT, key) == {
        "CVE-2004-0007": "1.4-2",
        "CVE-2004-1234": "1.4-2",
        "CVE-2026-0001": "1.4-2+deb12u1",
        "CVE-2026-0003": "1.4-2+deb12u2",
        "CVE-2026-0004": "1.4-2+deb12u2",
    }


def test_a_rebuild_has_the_fixes_of_its_original():
    text = changelog("jib", ("5.2-2.1~deb11u2", "CVE-2026-2"), ("5.2-2.1~deb11u1", "Rebuild"), ("5.2-2.1", "CVE-2026-00001"))
    assert fixes(text, key) == {"CVE-2026-00001": "5.2-2.1~deb11u1"}


def test_a_rebuild_of_a_rebuild():
    text = changelog("jib", ("2025~deb12u1~deb11u1", "Rebuild"), ("2025~deb12u1", "Rebuild"), ("2025", "CVE-2026-0001"))
    assert fixes(text, key) == {"CVE-2026-0001": "2025~deb12u1~deb11u1"}


def test_versions_between_two_rebuilds_were_rebuilt_too():
    text = changelog(
        "jib", ("3-1~deb11u2", "CVE-2026-0004"), ("3-1", "CVE-2026-0003"), ("2-1~deb12u1", "CVE-2026-0002"), ("2-1", "x"),
        ("1-1", "CVE-2026-0001"),
    )  # fmt: skip
    assert fixes(text, key) == {
        "CVE-2026-0001": "1-1~deb11u1",
        "CVE-2026-0002": "2-1~deb12u1",
        "CVE-2026-0003": "3-1~deb11u2",
        "CVE-2026-0004": "3-1~deb11u2",
    }


def test_the_order_of_versions_counts_not_that_of_entries():
    text = changelog("jib", ("1.2-1", "CVE-2026-0001"), ("1.10-1", "CVE-2026-0001"))
    assert fixes(text, key) == {"CVE-2026-0001": "1.2-1"}


def test_entries_with_odd_versions_are_passed_over():
    text = changelog("jib", ("é", "CVE-2026-0001"), ("1:", "CVE-2026-0002"), ("1-1", "CVE-2026-0003"))
    assert fixes(text, key) == {"CVE-2026-0003": "1-1"}


def test_a_vulnerability_that_only_patches_name_is_fixed_by_the_first_version_after_its_patch():
    days = {"1.4-2": "01 Mar 2026", "1.4-2+deb12u1": "02 Mar 2026", "1.4-2+deb12u2": "04 Mar 2026"}
    text = "".join(
        f"jib ({version}) stable; urgency=low\n\n  * Multiple bugs\n\n -- A <a@b>  Mon, {day} 10:00:00 +0100\n\n"
        for version, day in reversed(days.items())
    )
    patched = {"CVE-2026-0001": "2026-03-02", "CVE-2026-0002": "2026-03-03", "CVE-2026-0003": "2026-03-05"}
    assert fixes(text, key, patched) == {"CVE-2026-0001": "1.4-2+deb12u1", "CVE-2026-0002": "1.4-2+deb12u2"}


@pytest.mark.parametrize("line", ["CVE-2026-0001", "CVE-2026-00012", "Not affected by CVE-2026-0001"])
def test_the_changelog_takes_precedence_over_patches(line):
    text = changelog("jib", ("1.4-2", line))
    assert fixes(text, key, {"CVE-2026-0001": "2026-02-01"}) == fixes(text, key)


def test_versions_of_the_package_that_a_changelog_was_copied_from_fix_nothing():
    text = (
        changelog("jib-2", ("2.1-1", "CVE-2026-0001"))
        + "\n"
        + changelog("jib", ("1:1.9-1", "CVE-2020-0001"), ("1.8-1", "CVE-2019-0001"))
    )
    assert fixes(text, key) == {"CVE-2019-0001": "1.8-1", "CVE-2026-0001": "2.1-1"}


def test_many_vulnerabilities_of_patches_and_many_entries_take_no_longer_than_both():
    def read(size):
        text = changelog("jib", *((f"1-{number}", "x") for number in range(size, 0, -1)))
        return lambda: fixes(text, key, {f"CVE-2026-{number:05}": "2026-02-01" for number in range(size)})

    found = read(500)()
    assert len(found) == 500
    assert set(found.values()) == {"1-1"}
    assert grows_with_its_input(read, 500)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Mar 2026", "Mon, 01 Mar 99999999999 10:00:00 +0000", "x" * 60])
def test_an_entry_without_a_day_is_not_used_for_patches(date):
    text = f"jib (1-1) stable; urgency=low\n\n  * x\n\n -- A <a@b>  {date}\n"
    assert fixes(text, key, {"CVE-2026-0001": "2026-01-01"}) == {}


HOSTILE = (
    "CVE-2026-0001 ",
    "CVE-2026-0001\n",
    "not ",
    "not affected by ",
    "a (1) x ",
    "CVE-",
    " ",
    "\n",
    "(",
    "CVE-2026-0001" + " " * 19,
    "\n -- ",
    "\n -- a>",
    "\na (1) x;\n -- a>  x",
)


@pytest.mark.parametrize("part", HOSTILE)
def test_time_grows_with_the_text_alone(part):
    text = "jib (1-1) x; y\n  * " + part * ((512 << 10) // len(part)) + "not"
    with ends():
        fixes(text, key, {"CVE-2026-0009": "2026-01-01"})

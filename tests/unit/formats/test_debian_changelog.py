"""Which version first names a flaw, and where packages have their changelog."""

import io
import time

import pytest
from tests.support.archive import changelog, deb, debian_tar, diff_gz

from careen.formats.debian_changelog import changelog_in, fixes
from careen.versions.deb import key

TEXT = changelog(
    "jib",
    ("1.4-2+deb12u2", "Fix CVE-2026-0003 and CVE=2026-0004", "Regression of CVE-2026-0001"),
    ("1.4-2+deb12u1", "CVE-2026-0001: overflow", "Not affected by CVE-2026-0005", "CVE-2026-0006 (not affected, disabled)"),
    ("1.4-2", "Close CAN-2004-0007", "You are not affected unless (CVE-2004-1234) is set"),
)


def test_the_lowest_version_that_names_a_flaw_mends_it():
    assert fixes(TEXT, key) == {
        "CVE-2004-0007": "1.4-2",
        "CVE-2004-1234": "1.4-2",
        "CVE-2026-0001": "1.4-2+deb12u1",
        "CVE-2026-0003": "1.4-2+deb12u2",
        "CVE-2026-0004": "1.4-2+deb12u2",
    }


def test_a_rebuild_has_the_fixes_of_what_it_rebuilds():
    text = changelog("jib", ("5.2-2.1~deb11u2", "CVE-2026-2"), ("5.2-2.1~deb11u1", "Rebuild"), ("5.2-2.1", "CVE-2026-00001"))
    assert fixes(text, key) == {"CVE-2026-00001": "5.2-2.1~deb11u1"}


def test_a_rebuild_of_a_rebuild():
    text = changelog("jib", ("2025~deb12u1~deb11u1", "Rebuild"), ("2025~deb12u1", "Rebuild"), ("2025", "CVE-2026-0001"))
    assert fixes(text, key) == {"CVE-2026-0001": "2025~deb12u1~deb11u1"}


def test_the_order_of_versions_counts_not_that_of_entries():
    text = changelog("jib", ("1.2-1", "CVE-2026-0001"), ("1.10-1", "CVE-2026-0001"))
    assert fixes(text, key) == {"CVE-2026-0001": "1.2-1"}


def test_entries_with_odd_versions_are_passed_over():
    text = changelog("jib", ("é", "CVE-2026-0001"), ("1:", "CVE-2026-0002"), ("1-1", "CVE-2026-0003"))
    assert fixes(text, key) == {"CVE-2026-0003": "1-1"}


@pytest.mark.parametrize(
    "data",
    [
        debian_tar(TEXT),
        debian_tar(TEXT, "jib-1.4/debian"),
        diff_gz("jib-1.4", TEXT),
        deb("libjib1", TEXT),
        deb("jib-tools", TEXT, native=True),
    ],
    ids=["debian.tar", "native", "diff", "deb", "native deb"],
)
def test_every_kind_of_package_has_one(data):
    assert fixes(changelog_in(io.BytesIO(data)), key) == fixes(TEXT, key)


@pytest.mark.parametrize(
    "data",
    [debian_tar("no entries"), deb("x", ""), b"!<arch>\n", b"", b"!<arch>\n" + b"x" * 60, diff_gz("x", "")],
    ids=range(6),
)
def test_without_one_it_says_so(data):
    with pytest.raises(ValueError, match=r"changelog|ar archive|without data"):
        changelog_in(io.BytesIO(data))


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
)


@pytest.mark.parametrize("part", HOSTILE)
def test_time_grows_with_the_text_alone(part):
    def cost(size):
        text = "jib (1-1) x; y\n  * " + part * (size // len(part)) + "not"
        started = time.process_time()
        fixes(text, key)
        return time.process_time() - started

    assert cost(1 << 20) < 8 * max(cost(256 << 10), 0.02)

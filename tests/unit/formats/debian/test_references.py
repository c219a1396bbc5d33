"""Other names of vulnerabilities, item by item."""

import pytest
from tests.support.work import ends

from careen.formats.debian.references import Mention, corrected, cves_by_other_names, cves_by_reference, mention, mentions


@pytest.mark.parametrize(
    ("item", "references"),
    [
        ("fix the hull (Closes: #1012345)", ["bug:1012345"]),
        ("Bug-Debian: https://bugs.debian.org/1012345", ["bug:1012345"]),
        ("see https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=1012345.", ["bug:1012345"]),
        ("fix it, https://tracker.example.org/T1234", ["task:1234"]),
        ("Jib-bug-id: 1234", ["task:1234"]),
        ("Jib-bug-id: T1234", ["task:1234"]),
        ("Origin: https://git.example.org/jib/commit/0123456789abcdef0123456789abcdef01234567", ["commit:0123456789"]),
        ("from https://github.example/jib/issues/1234", ["at:github.example/jib/issues/1234"]),
        ("GHSA-abcd-2345-efgh and XSA-401", []),
        ("an overflow, XSA-401 (Closes: #1012345)", ["advisory:XSA-401", "bug:1012345"]),
        ("two of them (Closes: #1012345, #1012346)", []),
        ("fix a regression (Closes: #1012345)", []),
        ("revert the fixing of XSA-401", []),
        ("not affected by XSA-401", []),
        ("do not read past the end (Closes: #1012345)", ["bug:1012345"]),
        ("https://jib.example.org/", []),
        ("build with 12345678901 bytes, or a deadbeefdeadbeef", []),
    ],
)
def test_references_of_an_item(item, references):
    found = mention(item)
    assert list(found.references if found else ()) == references


TEXT = """
  * New upstream release:
    + an overflow in the reader of sails
      https://tracker.example.org/T1234 CVE-2026-0001
    + nothing else
  * CVE-2026-0002, CVE-2026-0003: two of one bug (Closes: #1012345)
"""


def test_each_item_is_read_alone():
    assert list(mentions(TEXT)) == [
        Mention(("CVE-2026-0001",), ("task:1234",)),
        Mention(("CVE-2026-0002", "CVE-2026-0003"), ("bug:1012345",)),
    ]


def test_an_item_without_a_cve_means_those_that_another_text_has_with_its_bug():
    known = cves_by_reference(mentions(TEXT))
    text = "\n  * fix the sails (T1234)\n  * fix more (Closes: #1012345), CVE-2026-0009\n"
    assert list(cves_by_other_names(text, known)) == ["CVE-2026-0001"]
    assert list(cves_by_other_names("\n  * fix the sails (T1234)\n", {})) == []


def test_a_reference_with_too_many_cves_is_ignored():
    many = [Mention((f"CVE-2026-{number:04}",), ("bug:1012345",)) for number in range(100)]
    assert cves_by_reference(many) == {}


OTHER = "\n  * CVE-2026-1234, CVE-2026-1235 and CVE-2026-1326: torn sails\n  * CVE-2026-1400\n"


@pytest.mark.parametrize(
    ("own", "right"),
    [
        ("CVE-2026-1234, CVE-2026-1235, CVE-2026-1336: torn sails", "CVE-2026-1234, CVE-2026-1235, CVE-2026-1326: torn sails"),
        ("CVE-2026-1234, CVE-2026-1235, CVE-2026-1362", "CVE-2026-1234, CVE-2026-1235, CVE-2026-1326"),  # the other way round
    ],
)
def test_a_mistyped_cve_among_the_same_cves_is_corrected(own, right):
    assert corrected(f"\n  * {own}\n", OTHER) == f"\n  * {right}\n"


@pytest.mark.parametrize(
    "own",
    [
        "CVE-2026-1234, CVE-2026-1235, CVE-2026-1337",  # two digits are others
        "CVE-2026-1234, CVE-2026-1336",  # one name in common proves nothing
        "CVE-2026-1234, CVE-2026-1235, CVE-2026-1400",  # which the other text has too
        "CVE-2026-1234, CVE-2026-1235, CVE-2026-1336\n  * CVE-2026-1326",  # both are named
        "CVE-2026-1234, CVE-2026-1235\n  * CVE-2026-1336",  # not in one item
        "CVE-2026-1234, CVE-2026-1235, CVE-2026-13266",
    ],
)
def test_others_stay(own):
    assert corrected(f"\n  * {own}\n", OTHER) == f"\n  * {own}\n"


def test_the_time_grows_with_the_length_alone():
    for part in ("https://", "closes: #1234,", "* ", "\n", " #1234"):
        text = "closes:" + part * (100_000 // len(part))
        with ends(repr(part)):
            list(mentions(text))
            corrected(text + OTHER * 2_000, OTHER * 2_000)

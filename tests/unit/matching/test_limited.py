"""Packages whose security support is limited, or has ended."""

import pytest
from tests.support.matching import SCHEMES, TODAY, deb, knowledge

from careen.matching.keys import Key
from careen.matching.limited import limited_of
from careen.matching.subject import Subject
from careen.model.advisory import LimitedSupport

NAMESPACE = "debian:12"


def gaps(*listed, names=("openssl",), version="3.0-1"):
    group = [Subject(deb(name), NAMESPACE, name, version, "deb", "Debian 12", distribution=True) for name in names]
    records = [LimitedSupport(NAMESPACE, *entry) for entry in listed]
    found = limited_of(NAMESPACE, group, knowledge(*records), Key(SCHEMES["deb"]), TODAY)
    return [(gap.cause.code, gap.cause.packages, gap.packages) for gap in found]


def test_nothing_is_listed():
    assert gaps() == gaps(("zlib",)) == []


def test_limited_support():
    assert gaps(("openssl",)) == [("limited_support", (("openssl", "no reason given"),), 1)]
    assert gaps(("openssl", "", "", "only behind a proxy")) == [("limited_support", (("openssl", "only behind a proxy"),), 1)]


@pytest.mark.parametrize(
    ("ended", "last", "has_ended"),
    [
        ("2026-06-01", "", True),
        ("2026-06-02", "", False),
        ("2026-01-01", "3.0-1", True),
        ("2026-01-01", "2.9-1", False),
        ("2026-01-01", "0", True),
        ("2026-01-01", "unreadable", True),
    ],
)
def test_support_that_ended(ended, last, has_ended):
    expected = [("package_end_of_life", (("openssl", f"since {ended}: old"),), 1)] if has_ended else []
    assert gaps(("openssl", ended, last, "old")) == expected


def test_a_prefix_covers_what_no_exact_name_does():
    listed = [("qt.*", "", "", "prefix"), ("qtbase", "", "", "exact")]
    assert gaps(*listed, names=("qtbase", "qtwebkit", "aqt")) == [
        ("limited_support", (("qtbase", "exact"), ("qtwebkit", "prefix")), 2)
    ]


def test_both_kinds_and_long_reasons():
    ended, limited = gaps(("a", "2026-01-01"), ("b", "", "", "x" * 81), names=("a", "b"))
    assert ended[1] == (("a", "since 2026-01-01"),)
    assert limited[1] == (("b", "x" * 79 + "…"),)
    assert gaps(("b", "", "", "x" * 80), names=("b",))[0][1] == (("b", "x" * 80),)

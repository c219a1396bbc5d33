"""The sentences of ``careen explain``."""

import pytest
from msgspec.structs import replace
from tests.support.matching import SCHEMES, advisory, deb
from tests.support.reports import LIBSSL, vulnerability

from careen.matching.explain_texts import (
    assessed_as_text,
    comparisons,
    effect_text,
    found_text,
    malicious_comparison,
    range_text,
    suppressed_text,
    unassessed_text,
)
from careen.matching.keys import Key
from careen.matching.subject import Subject
from careen.model.advisory import Import, Malicious, Range
from careen.model.finding import SuppressedBy

KEY = Key(SCHEMES["pep440"])


@pytest.mark.parametrize(
    ("range", "text"),
    [
        (Range(None, "3"), "2.0 is below 3, which fixes it"),
        (Range("0", "2"), "2.0 is not below 2, which fixes it"),
        (Range("1", "3"), "2.0 is not below 1, which introduced it, and below 3, which fixes it"),
        (Range("1", "3", after=True), "2.0 is above 1, which introduced it, and below 3, which fixes it"),
        (Range("3", "4"), "2.0 is below 3, which introduced it"),
        (Range("2.0", "4", after=True), "2.0 is not above 2.0, which introduced it"),
        (Range("2.0", "4"), "2.0 is not below 2.0, which introduced it, and below 4, which fixes it"),
        (Range(last_affected="2.0"), "2.0 is not above 2.0, the last affected version"),
        (Range(last_affected="1.0"), "2.0 is above 1.0, the last affected version"),
        (Range("1"), "2.0 is not below 1, which introduced it, and no version fixes it"),
        (Range(), "2.0 is affected: no version fixes it"),
        (Range("0"), "2.0 is affected: no version fixes it"),
        (Range("x", "3"), "'x', an end of the range, is not a version: the range matches nothing"),
        (Range(None, "x"), "'x', an end of the range, is not a version: the range matches nothing"),
    ],
)
def test_where_a_version_lies(range, text):
    assert range_text(range, "2.0", KEY) == text


def test_a_text_that_is_not_a_version():
    assert range_text(Range(None, "3"), "main", KEY) == "'main' is not a version"


def test_comparisons_of_an_advisory():
    listed = advisory(fixed=None, versions=("1.0", "2.0"))
    assert list(comparisons(listed, "2.0", KEY, "pep440")) == ["2.0 is among the 2 listed versions"]
    assert list(comparisons(listed, "3.0", KEY, "pep440")) == ["3.0 is not among the 2 listed versions"]
    assert list(comparisons(advisory(fixed=None), "2.0", KEY, "pep440")) == ["every version is affected"]
    assert list(comparisons(advisory(fixed="3"), "main", KEY, "pep440")) == ["'main' cannot be compared in pep440 order"]


def test_functions_that_an_advisory_names():
    many = tuple(f"F{number}" for number in range(8))
    affected = advisory(fixed="3", imports=(Import("net/x", ("F", "T.M")), Import("net/y", many), Import("net/z")))
    assert list(comparisons(affected, "2.0", KEY, "pep440"))[1:] == [
        "the vulnerable functions of net/x are F, T.M",
        "the vulnerable functions of net/y are F0, F1, F2, F3, F4, F5 and 2 more",
        "all of net/z is affected",
    ]


@pytest.mark.parametrize(
    ("versions", "text"),
    [
        ((), "every version is malicious"),
        (("1", "2"), "1 is among 2 versions"),
        (("2", "3"), "1 is not among 2 versions"),
    ],
)
def test_a_malicious_package(versions, text):
    assert malicious_comparison(Malicious("MAL-1", "npm", "a", versions), "1") == text


def test_effects_name_the_systems_or_the_source():
    assert effect_text("other_system", "", ("windows", "macos")) == "affects windows and macos only"
    assert effect_text("other_system", "", ("windows", "other")) == "affects other operating systems"
    assert effect_text("excluded", "Debian 12", ()) == "Debian 12 states that the package is not affected"


def test_why_a_package_is_not_assessed():
    assert unassessed_text("unknown_type", type="brew") == "no advisory source covers brew packages"
    assert unassessed_text("owned", owner="python3").startswith("its files belong to python3: ")


def test_what_a_package_is_assessed_as():
    subject = Subject(deb(), "debian:12", "openssl", "3.0.11-1", "deb", "Debian 12", distribution=True)
    assert assessed_as_text(subject) == "openssl 3.0.11-1 by the advisories of Debian 12, in deb order"
    upstream = replace(subject, namespace="Bitnami", title="OpenSSL", version="3.0.11", upstream=True, also=(("cpe", "a:b"),))
    assert assessed_as_text(upstream) == "OpenSSL 3.0.11, an upstream version, as Bitnami openssl, CPE a:b, in deb order"


def test_findings_and_what_suppresses_them():
    assert found_text(vulnerability("CVE-1", LIBSSL, reason="1 < 2", confidence="likely")) == "1 < 2; likely"
    assert suppressed_text(SuppressedBy("ignore", "f:1", "ours", "2027-01-01")) == "ignore (f:1): ours, until 2027-01-01"
    assert suppressed_text(SuppressedBy("vex", "f", "")) == "vex (f): no reason given"

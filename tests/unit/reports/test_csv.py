import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.reports import faulty, hostile, usual
from tests.support.written import written

from careen.reports.csv import COLUMNS, REPORTER


def read(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def rows(report, **options):
    head, *rows = read(written(REPORTER, report, **options))
    assert tuple(head) == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in rows)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def test_columns_are_stable():
    """New ones are added at the end: scripts count them."""
    assert COLUMNS[:9] == ("kind", "id", "severity", "risk", "title", "message", "package", "version", "purl")
    assert COLUMNS[9:] == (
        *("path", "line", "layer", "fix_state", "fixed_in", "fix", "confidence", "aliases"),
        *("exploited", "epss", "fingerprint", "target", "digest"),
    )


def test_every_row_ends_as_the_standard_has_it():
    text = written(REPORTER, usual())
    assert text.count("\r\n") == text.count("\n") == 1 + len(usual().findings)


def test_a_row_of_each_kind():
    log4j = rows(usual())[0]
    assert log4j["id"] == "CVE-2021-44228"
    assert (log4j["risk"], log4j["fixed_in"], log4j["fix_state"]) == ("99.1", "2.15.0; 2.12.2; 2.3.1", "fixed")
    assert (log4j["exploited"], log4j["epss"], log4j["aliases"]) == ("yes", "0.94358", "GHSA-jfh8-c2jp-5v3q")
    token, user, _ = rows(faulty())
    assert (token["kind"], token["message"]) == ("secret", "tok_…(redacted) (deleted by a later layer)")
    assert token["exploited"] == token["epss"] == ""
    assert token["fix"].startswith("Revoke the credential")
    assert (user["path"], user["line"], user["fix"]) == ("build/Dockerfile", "7", "Name another USER.")


def test_only_the_listed_severities():
    assert {row["severity"] for row in rows(usual(), severities=frozenset(("low",)))} == {"low"}


FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\uff1d1+1",
    "a;=1+1",
    'a";@x',
    "%x",
    "|x",
)


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_nothing_is_calculated(text, delimiter):
    """A spreadsheet in a country that separates cells with a semicolon reads the same file in another way."""
    for line in read(written(REPORTER, hostile(text)), delimiter):
        for cell in line:
            assert not cell.strip().startswith(("=", "+", "-", "@", "\uff1d", "%", "|")), cell
            assert not set(cell) & set("\t\r\n")


@given(st.text())
def test_a_row_a_finding_whatever_the_name(text):
    found = replace(usual().findings[0], package_name=text, summary=text)
    assert len(rows(replace(usual(), findings=(found,)))) == 1

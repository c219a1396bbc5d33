"""Which reasons are entries of a list of vulnerabilities."""

import pytest
from tests.support.reports import clean, usual

from careen.model.report import Reason
from careen.server.interfaces.gaps import gaps_of, id_of

BLOCKS, FAILS, NOTE, INFORMATION = (Reason(code, "x") for code in ("no_database", "end_of_life", "unreadable", "no_index"))


@pytest.mark.parametrize(
    ("verdict", "reasons", "expected"),
    [
        ("assessed", (INFORMATION,), []),
        ("partially_assessed", (BLOCKS, FAILS, NOTE, INFORMATION), [BLOCKS, FAILS]),
        ("not_assessed", (NOTE, INFORMATION), [NOTE]),
    ],
)
def test_what_keeps_a_gate_from_passing(verdict, reasons, expected):
    assert gaps_of(clean(verdict, reasons)) == expected


def test_an_image_that_was_not_assessed_always_has_one():
    assert [id_of(reason) for reason in gaps_of(clean("not_assessed"))] == ["CAREEN-NOT-ASSESSED"]


def test_reasons_of_one_code_are_one_entry():
    reasons = (Reason("no_advisories", "none for npm", 2), BLOCKS, Reason("no_advisories", "none for gem", 3))
    found = gaps_of(clean("partially_assessed", reasons))
    assert [(reason.code, reason.detail, reason.packages) for reason in found] == [
        ("no_advisories", "none for npm; none for gem", 5),
        ("no_database", "x", 0),
    ]


def test_a_usual_report_has_none():
    assert gaps_of(usual()) == []

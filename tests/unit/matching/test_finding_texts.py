"""Why a finding is one."""

import pytest
from tests.support.matching import advisory

from careen.matching.finding_texts import Because, because_text, comparison, malicious_text
from careen.matching.ranges import Match
from careen.model.advisory import Range


@pytest.mark.parametrize(
    ("range", "text"),
    [
        (Range(None, "3"), "2 < 3"),
        (Range("0", "3"), "2 < 3"),
        (Range("1", "3"), "1 <= 2 < 3"),
        (Range("1", "3", after=True), "1 < 2 < 3"),
        (Range("1", last_affected="3"), "1 <= 2 <= 3"),
        (Range("1"), "1 <= 2, and no version fixes it"),
        (Range(), "2 is affected, and no version fixes it"),
    ],
)
def test_a_comparison_with_a_range(range, text):
    assert comparison(Match(advisory(), range), "2") == text


def test_a_match_without_a_range():
    assert comparison(Match(advisory(), listed=True), "2") == "2 is listed as affected"
    assert comparison(Match(advisory()), "2") == "every version is affected"


def test_whose_advisory_it_is():
    match = Match(advisory(), Range(None, "3"))
    assert because_text(Because(match, "2", "deb", "Debian 12")) == "2 < 3 (deb order, Debian 12)"
    stand_in = Because(match, "2", "rpm", "AlmaLinux 8", stands_in_for="CentOS 8")
    assert because_text(stand_in) == "2 < 3 (rpm order, AlmaLinux 8, standing in for CentOS 8)"
    paid = Because(match, "2", "deb", "Ubuntu 20.04", paid_fix="2.1", paid_by="Ubuntu Pro")
    assert because_text(paid) == "2 < 3 (deb order, Ubuntu 20.04); 2.1 fixes it for customers of Ubuntu Pro"


def test_a_malicious_package():
    assert malicious_text("1.0", "PyPI") == "1.0 of this package is malicious (PyPI)"
    assert malicious_text("", "npm") == "every version of this package is malicious (npm)"

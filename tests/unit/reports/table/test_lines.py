import pytest
from tests.support.reports import TOKEN

from careen.plugins import ReportOptions
from careen.reports.table.lines import is_listed, prose_width


@pytest.mark.parametrize(("width", "expected"), [(0, 100), (80, 80), (200, 100)])
def test_the_width_of_prose(width, expected):
    assert prose_width(ReportOptions(width=width)) == expected


@pytest.mark.parametrize(("severities", "expected"), [((), True), (("critical",), True), (("high", "low"), False)])
def test_the_severities_that_are_listed(severities, expected):
    assert is_listed(TOKEN, ReportOptions(severities=frozenset(severities))) is expected

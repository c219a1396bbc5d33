"""The last day of a rule."""

from datetime import date

import pytest

from careen.errors import UsageError
from careen.policy.days import last_day, last_day_before


@pytest.mark.parametrize("text", ["2027-01-31", "2027-01-31T10:00:00Z", "2027-01-31 10:00", "20270131"])
def test_dates_and_time_stamps(text):
    assert last_day(text, "f") == date(2027, 1, 31)


@pytest.mark.parametrize("text", ["2027-01-31x", "2027-13-01", "31.1.2027", "2027-01-31X10:00"])
def test_what_is_not_a_date(text):
    with pytest.raises(UsageError, match="is not a date"):
        last_day(text, "f")


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("2027-01-31", 30),
        ("2027-01-31T00:00:00.000Z", 30),
        ("2027-01-31t10:00:00z", 30),
        ("2027-01-31 23:59:59", 31),
        ("2027-01-31T01:00:00+02:00", 29),
    ],
)
def test_a_rule_of_another_tool_has_ended_on_the_day_that_it_states(end, day):
    assert last_day_before(end, "f") == date(2027, 1, day)


@pytest.mark.parametrize("text", ["soon", "0001-01-01", "9999-12-31T23:59:59Z", "2027-01-32", ""])
def test_what_is_no_time(text):
    with pytest.raises(UsageError, match="is not a date"):
        last_day_before(text, "f")


@pytest.mark.parametrize("last", [last_day, last_day_before])
def test_a_rule_without_end(last):
    assert last(None, "f") is None

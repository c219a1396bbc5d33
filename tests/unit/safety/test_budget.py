import io

import pytest

from careen.errors import OverBudgetError
from careen.formats.archives.inflate import open_stream
from careen.safety.budget import SETTLED_BYTES, Budget, Limits, charge, spending


def test_what_layers_cost_adds_up_for_the_scan():
    budget = Budget(Limits(scan_members=5))
    budget.layer().members(3, 3, 10, 0)
    with pytest.raises(OverBudgetError, match="whole image") as caught:
        budget.layer().members(3, 3, 10, 0)
    assert caught.value.whole


def test_holes_count_against_the_ratio_of_the_layer():
    spent = Budget(Limits(ratio=10, ratio_from_bytes=1000)).layer()
    spent.stored(500)
    spent.made(5000)
    with pytest.raises(OverBudgetError, match="10 times"):
        spent.made(1)


def test_time_is_looked_at_when_bytes_are_made():
    clock = iter([0.0, 5.0, 11.0])
    spent = Budget(Limits(scan_seconds=10), lambda: next(clock)).layer()
    spent.stored(10)
    spent.made(SETTLED_BYTES)
    with pytest.raises(OverBudgetError, match="10 seconds"):
        spent.made(SETTLED_BYTES)


@pytest.mark.parametrize("name", ["records", "facts", "unknowns"])
def test_each_count_has_a_bound(name):
    spent = Budget(Limits(**{name: 3})).layer()
    one_more = {
        "records": lambda count: spent.records(1),
        "facts": lambda count: spent.fact(),
        "unknowns": lambda count: spent.members(0, 0, 0, count),
    }[name]
    for count in (1, 2, 3):
        one_more(count)
    with pytest.raises(OverBudgetError):
        one_more(4)


def test_producers_deep_inside_charge_whoever_is_spending():
    spent = Budget(Limits(inflated_bytes=100)).layer()
    charge(1000)  # no budget is in use
    with spending(spent), pytest.raises(OverBudgetError) as caught:
        open_stream(io.BytesIO(bytes(1000)), Limits()).read(1000)
    assert caught.value.whole


def test_an_archive_of_its_own_bounds_ends_that_file_alone():
    with pytest.raises(OverBudgetError) as caught:
        open_stream(io.BytesIO(bytes(1000)), Limits(inflated_bytes=10)).read(1000)
    assert not caught.value.whole


def test_the_bounds_of_counts_grow_with_a_factor():
    doubled = Limits().times(2)
    assert (doubled.members, doubled.inflated_bytes) == (2 * Limits().members, Limits().inflated_bytes)

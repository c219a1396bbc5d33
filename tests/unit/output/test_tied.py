from hypothesis import given
from hypothesis import strategies as st

from careen.output.tied import tied


def test_shared_places_tie_directly_and_by_others():
    assert tied({"a": [1], "b": [2], "c": [3, 2], "d": [4], "e": [1, 4]}) == [["a", "d", "e"], ["b", "c"]]
    assert tied({"a": [], "b": [1]}) == [["b"]]
    assert tied({}) == []


@given(st.dictionaries(st.integers(0, 20), st.lists(st.integers(0, 20), min_size=1), max_size=12))
def test_groups_are_those_of_a_walk_over_all_pairs(places):
    def reached(name):
        seen, front = set(), {name}
        while front:
            seen |= front
            front = {other for one in front for other in places if set(places[one]) & set(places[other])} - seen
        return frozenset(seen)

    assert {frozenset(group) for group in tied(places)} == {reached(name) for name in places}
    assert sorted(name for group in tied(places) for name in group) == sorted(places)

"""Rows in batches."""

from hypothesis import given
from hypothesis import strategies as st

from careen.fleet.rows import batches


@given(st.lists(st.integers()), st.integers(1, 20))
def test_batches_are_the_list_in_parts(items, size):
    parts = list(batches(iter(items), size))
    assert [item for part in parts for item in part] == items
    assert all(0 < len(part) <= size for part in parts)
    assert len(parts) == -(-len(items) // size)

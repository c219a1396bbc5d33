import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin.sequences import GRAM, WINDOW, sequences  # noqa: E402
from careen.origin.spans import HASH_BITS  # noqa: E402

TEXTS = st.lists(st.integers(0, 2**40 - 1), max_size=60)


def of(texts):
    return set(sequences(np.array(texts, np.uint64)).tolist())


@given(TEXTS, TEXTS, st.lists(st.integers(0, 2**40 - 1), min_size=GRAM + WINDOW - 1, max_size=30))
def test_a_long_enough_stretch_is_found_wherever_it_stands(before, after, copied):
    assert of(copied) & of([*before, *copied, *after])


def test_the_order_counts():
    texts = list(range(100, 140))
    assert not of(texts) & of(texts[::-1])
    assert not of(texts) & of(texts[::2])


@given(TEXTS)
def test_hashes_are_sorted_and_small(texts):
    found = sequences(np.array(texts, np.uint64))
    assert found.tolist() == sorted(set(found.tolist()))
    assert all(0 <= value < 1 << HASH_BITS for value in found.tolist())
    assert bool(found.size) == (len(texts) >= GRAM)


def test_a_stretch_needs_a_text_that_counts():
    texts = np.arange(100, 160, dtype=np.uint64)
    counts = np.zeros(60, np.bool_)
    assert sequences(texts, counts).size == 0
    counts[40:] = True
    found = set(sequences(texts, counts).tolist())
    assert found & of(range(140, 160))
    assert not found & of(range(100, 140))

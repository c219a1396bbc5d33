import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin import spans, winnowing  # noqa: E402
from careen.origin.spans import Prefixes, bytes_of  # noqa: E402
from careen.origin.winnowing import grams_with, least_grams, sliding_minima  # noqa: E402


@given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.integers(1, 20))
def test_minima_of_all_windows(values, window):
    window = min(window, len(values))
    found = sliding_minima(np.array(values, np.uint64), window)
    assert found.tolist() == [min(values[at : at + window]) for at in range(len(values) - window + 1)]


@given(st.binary(min_size=1, max_size=300), st.integers(1, 12), st.integers(1, 20))
def test_the_smallest_gram_of_every_window_is_kept(data, gram, window):
    found = least_grams(bytes_of(data), gram, window)
    grams = [int(one) for one in Prefixes(bytes_of(data)).grams(gram)]
    window = min(window, len(grams))
    least = {min(grams[at : at + window]) for at in range(len(grams) - window + 1)} if grams else set()
    assert found.tolist() == sorted(least)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=90), st.integers(1, 8))
def test_grams_with_marked_symbols(symbols, least):
    data = bytes_of(bytes(symbol for symbol, _ in symbols))
    marked = np.array([is_marked for _, is_marked in symbols], np.bool_)
    grams = Prefixes(data).grams(8).tolist()
    wanted = {gram for at, gram in enumerate(grams) if marked[at : at + 8].sum() >= least}
    assert grams_with(marked, least, data, 8, 5).tolist() == sorted(wanted & set(least_grams(data, 8, 5).tolist()))


@given(st.binary(min_size=60, max_size=120), st.binary(max_size=90), st.binary(max_size=90))
def test_a_long_enough_copy_has_a_common_fingerprint(copied, before, after):
    one = least_grams(bytes_of(copied), 10, 20)
    other = least_grams(bytes_of(before + copied + after), 10, 20)
    assert set(one.tolist()) & set(other.tolist())


def test_pieces_give_what_the_whole_gives(monkeypatch):
    data = bytes_of(np.random.default_rng(7).integers(0, 4, 5_000).astype(np.uint8).tobytes())
    names = np.random.default_rng(8).integers(0, 40, 5_000)
    order = np.argsort(names, kind="stable")
    links = np.full(names.size, -1)
    again = np.flatnonzero(np.diff(names[order]) == 0)
    links[order[again + 1]] = order[again]
    whole, linked = least_grams(data, 12, 16), least_grams(data, 12, 16, links)
    monkeypatch.setattr(winnowing, "PIECE_BYTES", 700)
    assert least_grams(data, 12, 16).tolist() == whole.tolist()
    assert least_grams(data, 12, 16, links).tolist() == linked.tolist() != whole.tolist()
    assert spans.PIECE_BYTES > 700

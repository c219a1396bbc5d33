import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin import spans, winnowing  # noqa: E402
from careen.origin.spans import Prefixes, bytes_of  # noqa: E402
from careen.origin.winnowing import fingerprints, sliding_minima  # noqa: E402


@given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.integers(1, 20))
def test_minima_of_all_windows(values, window):
    window = min(window, len(values))
    found = sliding_minima(np.array(values, np.uint64), window)
    assert found.tolist() == [min(values[at : at + window]) for at in range(len(values) - window + 1)]


@given(st.binary(min_size=1, max_size=300), st.integers(1, 12), st.integers(1, 20))
def test_the_smallest_gram_of_every_window_is_kept(data, gram, window):
    found = fingerprints(bytes_of(data), gram, window)
    grams = [int(one) for one in Prefixes(bytes_of(data)).grams(gram)]
    assert [int(hash) for hash in found.hashes] == [grams[place] for place in found.places]
    window = min(window, len(grams))
    least = {min(grams[at : at + window]) for at in range(len(grams) - window + 1)} if grams else set()
    assert {int(hash) for hash in found.hashes} == least


@given(st.binary(min_size=60, max_size=120), st.binary(max_size=90), st.binary(max_size=90))
def test_a_long_enough_copy_has_a_common_fingerprint(copied, before, after):
    gram, window = 10, 20
    one = fingerprints(bytes_of(copied), gram, window)
    other = fingerprints(bytes_of(before + copied + after), gram, window)
    assert set(one.hashes.tolist()) & set(other.hashes.tolist())


def test_pieces_give_what_the_whole_gives(monkeypatch):
    data = bytes_of(np.random.default_rng(7).integers(0, 4, 5_000).astype(np.uint8).tobytes())
    whole = fingerprints(data, 12, 16)
    monkeypatch.setattr(winnowing, "PIECE_BYTES", 700)
    in_pieces = fingerprints(data, 12, 16)
    assert set(whole.hashes.tolist()) == set(in_pieces.hashes.tolist())
    assert in_pieces.places.tolist() == sorted(set(in_pieces.places.tolist()))
    assert spans.PIECE_BYTES > 700


def test_pieces_give_what_the_whole_gives_with_links_too(monkeypatch):
    made = np.random.default_rng(8)
    names = made.integers(0, 40, 5_000)
    order = np.argsort(names, kind="stable")
    links = np.full(names.size, -1)
    again = np.flatnonzero(np.diff(names[order]) == 0)
    links[order[again + 1]] = order[again]
    symbols = np.ones(names.size, np.uint8)
    whole = fingerprints(symbols, 12, 16, links)
    monkeypatch.setattr(winnowing, "PIECE_BYTES", 700)
    assert set(fingerprints(symbols, 12, 16, links).hashes.tolist()) == set(whole.hashes.tolist())
    assert set(whole.hashes.tolist()) != set(fingerprints(symbols, 12, 16).hashes.tolist())

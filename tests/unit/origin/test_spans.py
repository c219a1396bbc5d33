import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin.spans import (  # noqa: E402
    BASE,
    PIECE_BYTES,
    Prefixes,
    _mixed,
    bytes_of,
    distinct,
    hash_of,
    hashes_of_short_spans,
    hashes_of_spans,
)


def naive(text: bytes) -> int:
    total = sum((byte + 1) * pow(BASE, index, 1 << 64) for index, byte in enumerate(text)) % (1 << 64)
    return int(_mixed(np.array([(total + len(text)) % (1 << 64)], np.uint64))[0])


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_span_has_the_hash_of_its_bytes(data, draw):
    start = draw.draw(st.integers(0, len(data) - 1))
    end = draw.draw(st.integers(start, len(data)))
    (found,) = Prefixes(bytes_of(data)).hashes(np.array([start]), np.array([end]))
    assert int(found) == hash_of(data[start:end]) == naive(data[start:end])


@given(st.binary(max_size=120), st.integers(1, 40))
def test_grams_are_all_spans_of_a_size(data, size):
    grams = Prefixes(bytes_of(data)).grams(size)
    assert [int(one) for one in grams] == [hash_of(data[at : at + size]) for at in range(len(data) - size + 1)]


def test_spans_at_the_end_of_a_whole_piece():
    data = bytes_of(bytes(PIECE_BYTES - 4) + b"tail")
    (found,) = Prefixes(data).hashes(np.array([PIECE_BYTES - 4]), np.array([PIECE_BYTES]))
    assert int(found) == hash_of(b"tail")
    with pytest.raises(ValueError, match="in one piece"):
        Prefixes(bytes_of(bytes(PIECE_BYTES + 1)))


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 8192, 8193])
def test_a_span_has_one_hash_in_files_of_all_sizes(size):
    """Each size has a table of powers of its own; the last bytes are the ones that it must not lack."""
    (found,) = Prefixes(bytes_of(bytes(size) + b"tail")).hashes(np.array([size]), np.array([size + 4]))
    assert int(found) == naive(b"tail")
    whole = bytes(index % 251 for index in range(size))
    assert hash_of(whole) == naive(whole)
    short = hashes_of_short_spans(bytes_of(whole), np.array([0]), np.array([size]))
    assert int(short[0]) == naive(whole)


def test_texts_that_differ_in_length_alone_have_other_hashes():
    assert len({hash_of(b"\xff" * count) for count in range(1, 100)}) == 99


def linked(names: list[int], size: int) -> list[int]:
    """The hash of every gram, computed from the gram alone."""
    found = []
    for at in range(len(names) - size + 1):
        gram = names[at : at + size]
        total = 0
        for index, name in enumerate(gram):
            earlier = [place for place in range(index) if gram[place] == name]
            total += (8 + (512 * (index - earlier[-1]) if earlier else 0)) * pow(BASE, index, 1 << 64)
        found.append(int(_mixed(np.array([(total + size) % (1 << 64)], np.uint64))[0]))
    return found


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(1, 12))
def test_a_linked_gram_depends_on_nothing_before_it(names, size):
    last: dict[int, int] = {}
    links = []
    for place, name in enumerate(names):
        links.append(last.get(name, -1))
        last[name] = place
    prefixes = Prefixes(np.full(len(names), 7, np.uint8))
    assert prefixes.linked_grams(size, np.array(links, np.int64)).tolist() == linked(names, size)


@given(st.lists(st.integers(0, 1 << 40)))
def test_distinct_numbers_are_sorted_and_each_once(numbers):
    assert distinct(np.array(numbers, np.uint64)).tolist() == sorted(set(numbers))


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=20))
def test_short_spans_have_the_same_hashes(texts):
    sizes = np.array([len(text) for text in texts], np.int64)
    starts = np.cumsum(sizes) - sizes
    data = bytes_of(b"".join(texts))
    assert hashes_of_short_spans(data, starts, sizes).tolist() == hashes_of_spans(data, starts, starts + sizes).tolist()

"""Hashes of many spans of the same bytes at once: any span costs two array look-ups, whatever its length.

A span's hash is the polynomial ``sum((byte + 1) * BASE**i)`` modulo 2**64, taken from prefix sums, then mixed with the
span's length. Equal bytes have equal hashes in every file, so hashes of different files can be compared.
**Source:** Karp and Rabin, "Efficient randomized pattern-matching algorithms"; the mixer is that of SplitMix64.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Numbers = TypeVar("Numbers", Places, Hashes)

BASE = 0x9E3779B97F4A7C15 | 1
PIECE_BYTES = 1 << 20  # of one call: the powers below take eight bytes for each
LEAST_BITS = 12  # of the size of a table of powers
LONGEST_SPAN = 1 << 16
HASH_BITS = 40
_DISTANCE = np.uint64(512)  # larger than the value of any symbol


def bytes_of(data: bytes | bytearray | memoryview) -> Bytes:
    return np.frombuffer(data, np.uint8)


def distinct(values: Numbers) -> Numbers:
    """The values sorted and each once; sorting is many times as fast as numpy's own way."""
    found = np.sort(values)
    kept = np.ones(found.size, np.bool_)
    kept[1:] = found[1:] != found[:-1]
    return found[kept]


def distinct_of(parts: Iterable[Hashes]) -> Hashes:
    """The distinct hashes of all parts together."""
    joined: Hashes = np.concatenate((np.empty(0, np.uint64), *parts))
    return distinct(joined)


class Prefixes:
    """The prefix sums of at most ``PIECE_BYTES`` bytes."""

    def __init__(self, data: Bytes) -> None:
        if data.size > PIECE_BYTES:
            raise ValueError(f"{data.size} bytes in one piece, over {PIECE_BYTES}")
        powers, self._inverses = _powers(data.size)
        self._sums = np.zeros(data.size + 1, np.uint64)
        terms = data.astype(np.uint64)
        terms += np.uint64(1)
        terms *= powers[: data.size]
        np.cumsum(terms, out=self._sums[1:])

    def hashes(self, starts: Places, ends: Places) -> Hashes:
        """The hashes of the spans ``[start, end)``, as numbers of ``HASH_BITS`` bits."""
        sums = (self._sums[ends] - self._sums[starts]) * self._inverses[starts]
        return _mixed(sums + (ends - starts).astype(np.uint64))

    def grams(self, size: int) -> Hashes:
        """The hashes of all spans of this size."""
        count = max(len(self._sums) - size, 0)
        sums = self._sums[size:] - self._sums[:count]
        sums *= self._inverses[:count]
        sums += np.uint64(size)
        return _mixed(sums)

    def linked_grams(self, size: int, links: Places) -> Hashes:
        """The hashes of all spans of this size, in which links count: ``links`` has, for each symbol, the place of an
        earlier one, or -1.

        A symbol that refers to one in the same span counts with the distance between them; one that refers to a place
        before the span counts as if it referred to nothing. So a span has the same hash in every place.
        **Source:** Baker, "Parameterized pattern matching" (1996), applied to all spans at once.
        """
        count = max(len(self._sums) - size, 0)
        places = np.flatnonzero((links >= 0) & (np.arange(links.size) - links < size))
        earlier = links[places]
        amounts = (places - earlier).astype(np.uint64) * _DISTANCE * _powers(links.size)[0][places]
        change = np.zeros(links.size + 1, np.uint64)  # a link is inside the spans that begin after place - size, up to before
        first = places - size + 1
        change[first[first > 0]] = amounts[first > 0]
        change[0] += amounts[first <= 0].sum(dtype=np.uint64)
        change[earlier + 1] -= amounts
        sums = self._sums[size:] - self._sums[:count] + np.cumsum(change, dtype=np.uint64)[:count]
        return _mixed(sums * self._inverses[:count] + np.uint64(size))


def hashes_of(texts: Iterable[bytes]) -> Hashes:
    """The hashes of texts, sorted and each once; each is shorter than ``PIECE_BYTES``."""
    found = [np.empty(0, np.uint64)]
    for together in _batches(texts):
        ends = np.cumsum([len(text) for text in together])
        starts = np.concatenate(([0], ends[:-1]))
        found.append(Prefixes(bytes_of(b"".join(together))).hashes(starts, ends))
    return distinct(np.concatenate(found))


def hashes_in_order(texts: Sequence[bytes]) -> Hashes:
    """The hash of each text; each is shorter than ``PIECE_BYTES``."""
    ends = np.cumsum([0, *map(len, texts)])
    return hashes_of_spans(bytes_of(b"".join(texts)), ends[:-1], ends[1:])


def hashes_of_spans(data: Bytes, starts: Places, ends: Places) -> Hashes:
    """The hash of each span ``data[starts[i]:ends[i]]``, in that order; an empty array if there are no spans. ``data`` may have
    any size. ``starts`` has to be sorted, and each span shorter than ``LONGEST_SPAN``.
    """
    hashes = np.zeros(starts.size, np.uint64)
    step = PIECE_BYTES - LONGEST_SPAN
    for begin in range(0, data.size + 1, step):
        low, high = np.searchsorted(starts, [begin, begin + step])
        if high > low:
            piece = Prefixes(data[begin : begin + PIECE_BYTES])
            hashes[low:high] = piece.hashes(starts[low:high] - begin, ends[low:high] - begin)
    return hashes


def hashes_of_short_spans(data: Bytes, starts: Places, sizes: Places) -> Hashes:
    """The same hashes as ``hashes_of_spans``, but faster if spans are short and a small part of the data."""
    longest = int(sizes.max(initial=0))
    powers = _powers(longest)[0]
    sums = sizes.astype(np.uint64)
    order = np.argsort(-sizes, kind="stable")
    starts, longer = starts[order], np.searchsorted(np.sort(sizes), np.arange(longest), side="right")
    found = np.zeros(sizes.size, np.uint64)
    for at, shorter in enumerate(longer.tolist()):
        count = sizes.size - shorter
        found[:count] += (data[starts[:count] + at].astype(np.uint64) + np.uint64(1)) * powers[at]
    sums[order] += found
    return _mixed(sums)


def hash_of(text: bytes) -> int:
    return int(hashes_of((text,))[0])


def _batches(texts: Iterable[bytes]) -> Iterator[list[bytes]]:
    together: list[bytes] = []
    size = 0
    for text in texts:
        if size + len(text) > PIECE_BYTES:
            yield together
            together, size = [], 0
        together.append(text)
        size += len(text)
    if together:
        yield together


def _mixed(values: Hashes) -> Hashes:
    """The mixed values. Works in place: the caller's array is overwritten."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values ^= values >> np.uint64(shift)
        values *= np.uint64(factor)
    values ^= values >> np.uint64(31)
    values >>= np.uint64(64 - HASH_BITS)
    return values


def _powers(size: int) -> tuple[Hashes, Hashes]:
    """(BASE**i, BASE**-i) for each i up to ``size`` at least, rounded up so that few tables exist: small files need
    no table for large ones."""
    return _powers_to(max((size - 1).bit_length(), LEAST_BITS))


@cache
def _powers_to(bits: int) -> tuple[Hashes, Hashes]:
    inverse = pow(BASE, -1, 1 << 64)  # an odd base has one
    return _progression(BASE, (1 << bits) + 1), _progression(inverse, (1 << bits) + 1)


def _progression(base: int, count: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)

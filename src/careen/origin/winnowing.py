"""Winnowing: of the hashes of all k-grams of a sequence, those that any copy of a long enough stretch keeps.

Of every ``window`` consecutive grams the smallest hash is kept, so a stretch of ``gram + window - 1`` symbols that two files
share gives at least one common fingerprint.  **Source:** Schleimer, Wilkerson, Aiken, "Winnowing: local algorithms for
document fingerprinting" (2003); the sliding minimum is van Herk's.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .spans import PIECE_BYTES, Bytes, Hashes, Places, Prefixes


class Fingerprints(NamedTuple):
    """``places``: of each hash, the index of its gram's first symbol; sorted by place."""

    hashes: Hashes
    places: Places


def fingerprints(symbols: Bytes, gram: int, window: int) -> Fingerprints:
    """Of a sequence of any length; one that is shorter than a gram has none, a short one the smallest of its grams."""
    step = PIECE_BYTES - gram - window
    found = [
        _of_piece(symbols[start : start + PIECE_BYTES], gram, window, start)
        for start in range(0, max(symbols.size - gram + 1, 0), step)
    ]
    if not found:
        return Fingerprints(np.empty(0, np.uint64), np.empty(0, np.int64))
    hashes, places = (np.concatenate(parts) for parts in zip(*found, strict=True))
    _, first = np.unique(places, return_index=True)  # pieces overlap
    return Fingerprints(hashes[first], places[first])


def _of_piece(symbols: Bytes, gram: int, window: int, start: int) -> Fingerprints:
    grams = Prefixes(symbols).grams(gram)
    kept = np.flatnonzero(least_of_windows(grams, min(window, grams.size)))
    return Fingerprints(grams[kept], kept + start)


def least_of_windows(values: Hashes, window: int) -> NDArray[np.bool_]:
    """Whether a value is the smallest of one of the windows that it lies in."""
    return _is_minimum(values, sliding_minima(values, window), window)


def sliding_minima(values: Hashes, window: int) -> Hashes:
    """The smallest of each ``window`` consecutive values, in linear time."""
    if window < 2:
        return values
    blocks = -(-values.size // window)
    padded = np.full(blocks * window, np.iinfo(np.uint64).max, np.uint64)
    padded[: values.size] = values
    table = padded.reshape(blocks, window)
    forward = np.minimum.accumulate(table, axis=1).ravel()
    backward = np.minimum.accumulate(table[:, ::-1], axis=1)[:, ::-1].ravel()
    count = values.size - window + 1
    return np.minimum(backward[:count], forward[window - 1 : window - 1 + count])


def _is_minimum(values: Hashes, minima: Hashes, window: int) -> NDArray[np.bool_]:
    """Whether a value is the smallest of a window that it lies in: minima are the same for as long as it is."""
    highest = np.zeros(values.size, np.uint64)
    if minima.size:
        # The largest minimum among the windows that contain a place equals its value if it is the minimum of one of them.
        padded = np.zeros(values.size + window - 1, np.uint64)
        padded[window - 1 : window - 1 + minima.size] = minima
        top = np.iinfo(np.uint64).max
        highest = top - sliding_minima(top - padded, window)
    found: NDArray[np.bool_] = values == highest
    return found

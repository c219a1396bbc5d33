"""Stretches of texts and names in their order. The texts that a compiler or minifier keeps are common, but not their order.

Of every ``WINDOW`` consecutive stretches of ``GRAM`` texts one is kept, chosen by its hash as in ``winnowing``.
"""

import numpy as np
from numpy.typing import NDArray

from .spans import HASH_BITS, Hashes, distinct
from .winnowing import sliding_minima

GRAM, WINDOW = 4, 4
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LEFT_OUT = np.uint64(2**64 - 1)  # larger than all hashes


def sequences(texts: Hashes, counts: NDArray[np.bool_] | None = None) -> Hashes:
    """The hashes of stretches of texts, sorted, each once. ``texts`` are hashes in order; fewer than ``GRAM`` of them
    have no stretch. A stretch without any text that ``counts`` is left out."""
    found = grams(texts)
    if not found.size:
        return found
    if counts is not None:
        found = np.where(_any_of(counts, found.size), found, _LEFT_OUT)
    kept = distinct(sliding_minima(found, min(WINDOW, found.size)))
    return kept[: np.searchsorted(kept, _LEFT_OUT)]


def _any_of(counts: NDArray[np.bool_], stretches: int) -> NDArray[np.bool_]:
    found = np.zeros(stretches, np.bool_)
    for step in range(GRAM):
        found |= counts[step : step + stretches]
    return found


def grams(texts: Hashes) -> Hashes:
    """The hashes of all stretches of ``GRAM`` texts, in their order."""
    count = max(texts.size - GRAM + 1, 0)
    found = np.zeros(count, np.uint64)
    for step in range(GRAM):
        found = (found ^ texts[step : step + count]) * _FACTOR
        found ^= found >> np.uint64(29)
    return (found * _FACTOR) >> np.uint64(64 - HASH_BITS)

"""Stretches of texts and names in their order. The texts that a compiler or minifier keeps are common, but not their order.

Of every ``WINDOW`` consecutive stretches of ``GRAM`` texts one is kept, chosen by its hash as in ``winnowing``.
"""

import numpy as np

from .spans import HASH_BITS, Hashes, distinct
from .winnowing import sliding_minima

GRAM, WINDOW = 4, 4
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def sequences(texts: Hashes) -> Hashes:
    """The hashes of stretches of texts, sorted, each once. ``texts`` are hashes in order; fewer than ``GRAM`` of them
    have no stretch."""
    found = grams(texts)
    return distinct(sliding_minima(found, min(WINDOW, found.size))) if found.size else found


def grams(texts: Hashes) -> Hashes:
    """The hashes of all stretches of ``GRAM`` texts, in their order."""
    count = max(texts.size - GRAM + 1, 0)
    found = np.zeros(count, np.uint64)
    for step in range(GRAM):
        found = (found ^ texts[step : step + count]) * _FACTOR
        found ^= found >> np.uint64(29)
    return (found * _FACTOR) >> np.uint64(64 - HASH_BITS)

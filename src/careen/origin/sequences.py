"""Stretches of texts and names in their order: what a compiler or minifier keeps is common, and its order is not.

Of every ``WINDOW`` consecutive stretches of ``GRAM`` texts one is kept, chosen by its hash as in ``winnowing``.
"""

import numpy as np

from .spans import HASH_BITS, Hashes
from .winnowing import sliding_minima

GRAM, WINDOW = 4, 4
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def sequences(texts: Hashes) -> Hashes:
    """Of hashes of texts in order; sorted and each once. Fewer than ``GRAM`` texts have none."""
    count = texts.size - GRAM + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    grams = np.zeros(count, np.uint64)
    for step in range(GRAM):
        grams = (grams ^ texts[step : step + count]) * _FACTOR
        grams ^= grams >> np.uint64(29)
    grams = (grams * _FACTOR) >> np.uint64(64 - HASH_BITS)
    return np.unique(sliding_minima(grams, min(WINDOW, count)))

"""Winnowing: selects those hashes of a sequence's k-grams that any copy of a long enough stretch keeps too.

Of every ``window`` consecutive grams the smallest hash is kept, so a stretch of ``gram + window - 1`` symbols that
two files share gives at least one common fingerprint.  **Source:** Schleimer, Wilkerson, Aiken, "Winnowing: local
algorithms for document fingerprinting" (2003).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .spans import PIECE_BYTES, Bytes, Hashes, Places, Prefixes, distinct


def least_grams(symbols: Bytes, gram: int, window: int, links: Places | None = None) -> Hashes:
    """The fingerprints of a sequence, sorted and each once; of a short sequence, the smallest of its grams, if it has
    any.

    ``links``: for each symbol, the place of an earlier equal one, or -1 (see ``Prefixes.linked_grams``).
    """
    found = [np.empty(0, np.uint64)]
    for _, grams in _pieces(symbols, gram, window, links):
        least = sliding_minima(grams, min(window, grams.size))
        found.append(least[np.flatnonzero(np.diff(least, prepend=least[0] ^ np.uint64(1)))])
    return distinct(np.concatenate(found))


def grams_with(
    marked: NDArray[np.bool_], least: int, symbols: Bytes, gram: int, window: int, links: Places | None = None
) -> Hashes:
    """Those of ``least_grams`` in which at least so many symbols are marked. A gram that is in several places counts if it is
    so in one."""
    counts = np.concatenate(([0], np.cumsum(marked)))
    if int(counts[-1]) < least:
        return np.empty(0, np.uint64)
    amounts = counts[gram:] - counts[:-gram]
    found = [np.empty(0, np.uint64)]
    for start, grams in _pieces(symbols, gram, window, links):
        found.append(grams[amounts[start : start + grams.size] >= least])
    return np.intersect1d(np.concatenate(found), least_grams(symbols, gram, window, links))


def _pieces(symbols: Bytes, gram: int, window: int, links: Places | None) -> Iterator[tuple[int, Hashes]]:
    """(place of the first, hashes) of the grams of each piece of a sequence; pieces overlap by a window."""
    for start in range(0, max(symbols.size - gram + 1, 0), PIECE_BYTES - gram - window):
        piece = slice(start, start + PIECE_BYTES)
        prefixes = Prefixes(symbols[piece])
        yield (
            start,
            prefixes.grams(gram) if links is None else prefixes.linked_grams(gram, np.maximum(links[piece] - start, -1)),
        )


def sliding_minima(values: Hashes, window: int) -> Hashes:
    """The smallest of each ``window`` consecutive values. Each step doubles the number of values that a minimum
    covers."""
    width, least = 1, values
    while 2 * width <= window:
        least = np.minimum(least[:-width], least[width:])
        width *= 2
    return np.minimum(least[: values.size - window + 1], least[window - width :]) if width < window else least

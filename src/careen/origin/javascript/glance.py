"""A quick scan of JavaScript: sequences of names that follow a point, without a lexer.

If a file has many of a project's sequences, these are among them, as names mostly follow each other. Names in
comments and strings are read too, and literals are not, so the result only shows whether a closer comparison is worth
it.
"""

import numpy as np

from ..sequences import grams
from ..spans import Hashes, bytes_of, hashes_of_short_spans

NAME_BYTES = range(3, 64)


def glance(data: bytes) -> Hashes:
    """The hashes of the names, in the order of the file, with repetitions."""
    content = bytes_of(data)
    is_word = bytes_of(data.translate(_IS_WORD)).view(np.bool_)
    ends = np.flatnonzero(is_word[:-1] & ~is_word[1:]) + 1
    starts = np.flatnonzero(content[:-1] == ord(".")) + 1
    starts = starts[(content[starts] > ord("9")) & is_word[starts]]
    at = np.searchsorted(ends, starts)
    starts, at = starts[at < ends.size], at[at < ends.size]
    sizes = ends[at] - starts
    kept = (sizes >= NAME_BYTES.start) & (sizes < NAME_BYTES.stop)
    return grams(hashes_of_short_spans(content, starts[kept], sizes[kept]))


_IS_WORD = bytes(byte >= 128 or chr(byte).isalnum() or byte in b"_$" for byte in range(256))

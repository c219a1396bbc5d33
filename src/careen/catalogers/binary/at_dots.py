"""The matches of an expression that begins with ``v?`` and a version, such as ``v?1\\.2``, in little time.

An expression whose first character may be missing is tried at every byte. This module tries it only where a number with a dot
behind it begins, and finds the same matches.
"""

import re
from collections.abc import Iterator

from .numbers import DIGITS, DOT

BEGINS = "v?<version>"
MAX_DIGITS = 20  # of the first number; no version has more
_V = ord("v")


def matches_at_dots(compiled: re.Pattern[bytes], window: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """The matches that begin at ``start`` or later, and before ``end``, as ``finditer`` finds them."""
    free = start  # where the last match ended
    for dot in DOT.finditer(window, start):
        first = last = dot.start() - 1
        if last < free:
            continue
        least = max(free, last - MAX_DIGITS)
        while first > least and window[first - 1] in DIGITS:
            first -= 1
        if first > free and window[first - 1] == _V:
            first -= 1
        for begin in range(first, last + 1):
            if begin >= end:
                return
            if match := compiled.match(window, begin):
                yield match
                free = match.end()
                break

"""JavaScript without its literals, comments and white space: the characters before and after any place."""

import numpy as np
from numpy.typing import NDArray

from ..spans import Bytes, Places, bytes_of
from .lexer import Lexed, Spans


class Code:
    def __init__(self, data: bytes, spans: Lexed) -> None:
        code = bytes_of(data).copy()
        for part in spans:
            for start, end in zip(part.starts.tolist(), part.ends.tolist(), strict=True):
                code[start:end] = 0
        is_word = _IS_WORD[code]
        edges = np.flatnonzero(np.diff(is_word, prepend=False, append=False))
        self.words = Spans(edges[::2], edges[1::2])
        dark = code > ord(" ")
        self._ranks = np.zeros(code.size + 1, np.int32)
        np.cumsum(dark, out=self._ranks[1:])
        self._marks = np.concatenate((np.zeros(2, np.uint8), code[dark], np.zeros(2, np.uint8)))
        sides = _SIDES[self._marks]
        self._brackets = np.flatnonzero(sides)
        sides = sides[self._brackets]
        depths = np.cumsum(sides, dtype=np.int64)
        depths -= depths.min(initial=0)  # not negative, even if a bracket is closed that was never opened
        self._depths = np.concatenate((depths[:1] - sides[:1], depths)) if depths.size else np.zeros(1, np.int64)
        self._opening, self._closing = _by_depth(depths, sides > 0), _by_depth(depths, sides < 0)

    def before(self, places: Places, steps: int = 1) -> Bytes:
        """The character ``steps`` before each place; 0 at the beginning."""
        return self._marks[self._ranks[places] + 2 - steps]

    def after(self, places: Places, steps: int = 1) -> Bytes:
        """The character ``steps`` after the end of the word at each place; 0 at the end."""
        return self._marks[self._ranks[places] + 1 + steps]

    def after_parentheses(self, places: Places) -> Bytes:
        """The character after the next parentheses, which open behind each place; 0 if they are never closed."""
        at, depth = self._place(places)  # the opening one is the next bracket: it closes to this depth
        index = np.searchsorted(self._closing, depth * self._brackets.size + at)
        bracket, same = self._bracket(np.append(self._closing, -1)[index], depth)
        return np.where(same, self._marks[bracket + 1], 0).astype(np.uint8)

    def in_object(self, places: Places) -> NDArray[np.bool_]:
        """Whether each place is in braces that begin like an object or a list of names: ``{a,``, ``{a:`` or ``{a}``."""
        at, depth = self._place(places)
        index = np.searchsorted(self._opening, depth * self._brackets.size + at) - 1
        bracket, same = self._bracket(np.append(self._opening, -1)[index], depth)
        first = bracket + 1
        starts = self._ranks[self.words.starts] + 2
        word = np.minimum(np.searchsorted(starts, first), max(starts.size - 1, 0))
        if not starts.size:
            return np.zeros(places.size, np.bool_)
        behind = self._marks[self._ranks[self.words.ends[word]] + 2]
        found: NDArray[np.bool_] = same & (self._marks[bracket] == ord("{")) & (starts[word] == first) & _IN_OBJECT[behind]
        return found

    def _place(self, places: Places) -> tuple[Places, Places]:
        """For each place, the number of brackets before it, and how many of these are open."""
        at = np.searchsorted(self._brackets, self._ranks[places] + 2)
        return at, self._depths[at]

    def _bracket(self, keys: Places, depths: Places) -> tuple[Places, NDArray[np.bool_]]:
        """The places of the keys' brackets among all characters, and whether the brackets have these depths."""
        count = self._brackets.size
        return self._brackets[keys % count] if count else np.zeros(keys.size, np.int64), keys // max(count, 1) == depths


def _by_depth(depths: Places, chosen: NDArray[np.bool_]) -> Places:
    """The keys of the chosen brackets, sorted by depth, then by place."""
    at = np.flatnonzero(chosen)
    return np.sort(depths[at] * depths.size + at)


def characters(text: bytes) -> NDArray[np.bool_]:
    """A table with an entry for each byte: whether it is one of the characters."""
    table = np.zeros(256, np.bool_)
    table[list(text)] = True
    return table


_IS_WORD = characters(bytes(byte for byte in range(256) if byte >= 128 or chr(byte).isalnum() or byte in b"_$"))
_IN_OBJECT = characters(b",:}")
_SIDES = np.zeros(256, np.int8)
_SIDES[list(b"([{")] = 1
_SIDES[list(b")]}")] = -1

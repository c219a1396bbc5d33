"""Texts in UTF-16 and UTF-32, as programs of Windows write them, searched as UTF-8.

The mark at the beginning names the encoding. Without one the zeros between the letters show UTF-16. A text may have few other
zeros: a file is no program because of one.
**Source:** Unicode 15, section 23.8.
"""

import codecs
from collections.abc import Iterator

from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown

from .find import Search

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LETTERS = bytes((9, 10, 13, *range(32, 127)))
_CONTROL = bytes(number for number in range(32) if number not in (9, 10, 12, 13, 27))
_STRAY = 1 / 100  # of the bytes of a text


class Decoded:
    """A search that is fed with a text of another encoding."""

    def __init__(self, search: Search, encoding: str) -> None:
        self._search = search
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def feed(self, piece: bytes) -> None:
        self._search.feed(self._decoder.decode(piece).encode("utf-8", "replace"))

    def facts(self) -> Iterator[ExposedSecret | Unknown]:
        return self._search.facts()


def encoding_of(sample: bytes) -> str | None:
    """The encoding of a text, by its first bytes; None if they are not those of a text."""
    if b"\0" not in sample:
        return "utf-8"
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    for first, encoding in ((0, "utf-16-le"), (1, "utf-16-be")):
        letters, zeros = sample[first::2], sample[1 - first :: 2]
        if len(sample) >= 8 and not zeros.strip(b"\0") and not letters.strip(_LETTERS):
            return encoding
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    return "utf-8" if controls <= len(sample) * _STRAY else None

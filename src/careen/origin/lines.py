"""Stretches of three lines of code, which do not depend on white space, comments and braces."""

import hashlib
from collections.abc import Sequence

import numpy as np

from .comments import gaps_of
from .source import Language
from .spans import HASH_BITS, Hashes, distinct

GRAM_LINES = 3
MIN_LETTERS = 12  # a stretch with fewer letters and digits is like many others
MAX_LINES = 400_000


class Grams:
    """The stretches of a file, in their order."""

    def __init__(self, data: bytes, language: Language) -> None:
        self._kept = kept = [(number, line) for number, line in enumerate(_code_lines(data, language)) if _letters(line)]
        texts = [line for _, line in kept]
        numbers = [number for number, _ in kept]
        self._grams: list[tuple[int, int, int]] = []  # first line, last line, hash
        for at in range(len(texts) - GRAM_LINES + 1):
            together = b"\n".join(texts[at : at + GRAM_LINES])
            if _letters(together) >= MIN_LETTERS:
                self._grams.append((numbers[at], numbers[at + GRAM_LINES - 1], _hash(together)))
        self.hashes = frozenset(gram for _, _, gram in self._grams)

    def within(self, lines: range) -> frozenset[int]:
        """The stretches that overlap these lines."""
        return frozenset(gram for first, last, gram in self._grams if first < lines.stop and last >= lines.start)

    def code(self, lines: range) -> list[bytes]:
        """These lines without white space, comments and braces."""
        return [line for number, line in self._kept if number in lines]


def grams_of(data: bytes, language: Language) -> Hashes:
    """The hashes of a file's stretches, sorted and each once."""
    return as_hashes(Grams(data, language).hashes)


def as_hashes(values: "frozenset[int] | Sequence[int]") -> Hashes:
    return distinct(np.fromiter(values, np.uint64, len(values)))


def _code_lines(data: bytes, language: Language) -> list[bytes]:
    """The lines without comments and white space; there are as many of them as in the file."""
    text = bytearray(data)
    for start, end in gaps_of(data, language.gaps, as_compiled=True):
        text[start:end] = text[start:end].translate(_BLANK)
    return [b"".join(line.split()) for line in bytes(text).split(b"\n")[:MAX_LINES]]


def _letters(line: bytes) -> int:
    return len(line.translate(None, _NOT_LETTERS))


def _hash(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") >> (64 - HASH_BITS)


_BLANK = bytes(10 if byte == 10 else 32 for byte in range(256))
_NOT_LETTERS = bytes(byte for byte in range(256) if not chr(byte).isascii() or not chr(byte).isalnum())

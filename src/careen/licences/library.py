"""The texts of the SPDX licence list and its exceptions, with an index from runs of words to the texts that contain them.

``benchmarks/licences/make_data.py`` writes the file. It is read when the first unknown text has to be recognised.
"""

import sys
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from careen.safety.typed import from_msgpack

from .words import words_of

FILE = "spdx.zst"
LIST_VERSION = "3.28"
RUN = 4  # words
LONG = 500  # words; for longer texts, the index contains one run in eight
EIGHTH = 8
COMMON = 160  # a run that more texts contain distinguishes nothing


class Entry(Struct, frozen=True, array_like=True, gc=False):
    id: str
    name: str
    text: str
    notice: str = ""  # the notice that the licence requires a program to display
    deprecated: bool = False
    exception: bool = False


class Library(Struct, frozen=True, array_like=True):
    """The texts and their index. Its columns are the sorted hashes of runs, and for each the position of its first text
    in ``texts``.
    """

    entries: tuple[Entry, ...]
    runs: bytes
    starts: bytes
    texts: bytes


@cache
def library() -> Library:
    data = files("careen.licences").joinpath("data", FILE).read_bytes()
    return from_msgpack(zstd().decompress(data), Library)


@cache
def entries_by_id() -> dict[str, Entry]:
    return {entry.id: entry for entry in library().entries}


@cache
def postings() -> dict[int, "array[int]"]:
    """Maps the hash of each run of words to the numbers of the texts that contain it."""
    found = library()
    runs, starts, texts = _numbers(found.runs, "I"), _numbers(found.starts, "I"), _numbers(found.texts, "H")
    ends = [*starts[1:], len(texts)]
    return {run: texts[start:end] for run, start, end in zip(runs, starts, ends, strict=True)}


def index_of(entries: Sequence[Entry]) -> tuple[bytes, bytes, bytes]:
    found: dict[int, set[int]] = defaultdict(set)
    for number, entry in enumerate(entries):
        words = words_of(entry.text)
        for run in runs_of(words):
            if len(words) <= LONG or run % EIGHTH == 0:
                found[run].add(number)
    kept = sorted((run, sorted(numbers)) for run, numbers in found.items() if len(numbers) <= COMMON)
    starts, texts = array("I"), array("H")
    for _, numbers in kept:
        starts.append(len(texts))
        texts.extend(numbers)
    return _bytes(array("I", (run for run, _ in kept))), _bytes(starts), _bytes(texts)


def runs_of(words: Sequence[str]) -> Iterable[int]:
    """A hash of each run of words; if the text is shorter than a run, the hash of the text."""
    joined = map(" ".join, zip(*(words[at:] for at in range(RUN)), strict=False)) if len(words) > RUN else [" ".join(words)]
    return map(zlib.crc32, map(str.encode, joined))


def _numbers(column: bytes, code: str) -> "array[int]":
    values = array(code)
    values.frombytes(column)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _bytes(values: "array[int]") -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd

"""What a program or library keeps of its sources: texts, names, tables of constants, and texts that state a version; and
stretches of its machine code.

A text is a run of printable bytes that ends in a zero byte, outside of code. Names are the symbols that the file
defines: a symbol that it only uses shows nothing, because a program that calls a library does not contain it. A
method in C++ is named by its class and its own name, as in the source.
**Source:** Itanium C++ ABI, 5.1 "External Names (a.k.a. Mangling)".
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from careen.formats.binaries.segments import Ranges
from careen.safety.pattern import pattern

from .machine_code import stretches
from .objects import Names, objects_of
from .source import STRING_BYTES
from .spans import PIECE_BYTES, Bytes, Hashes, Places, Prefixes, bytes_of, distinct, distinct_of, hashes_of, hashes_of_spans
from .stated import MAX_STATEMENTS, might_state, statements
from .tables import constants_in, rows_in

MAX_TEXTS = 1_000_000  # of a file, and as many names
MAX_MANGLED = 200_000
_LEAST_BYTES = 3  # of a text that states a version


class Texts:
    """The features of a program by family: hashes, sorted and each once; ``statements`` are pairs (``stated``). Each
    family is computed on first use."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._objects = tuple(objects_of(data))

    @cached_property
    def literals(self) -> Hashes:
        found = _Kept()
        for piece in self._texts():
            found.add(_literals(piece))
        return found.all()

    @cached_property
    def names(self) -> Hashes:
        found = _Kept()
        for part in self._objects:
            for table in part.names:
                found.add(_defined(self._data, table))
        return found.all()

    @cached_property
    def tables(self) -> Hashes:
        found = _Kept()
        for piece, order in self._constants():
            found.add(constants_in(piece, order))
        return found.all()

    @cached_property
    def table_rows(self) -> Hashes:
        """The hashes of some of the tables, for a fraction of the work: if the program has tables, some are among
        these."""
        found = _Kept()
        for piece, order in self._constants():
            found.add(rows_in(piece, order))
        return found.all()

    @cached_property
    def sequences(self) -> Hashes:
        found, whole = _Kept(), bytes_of(self._data)
        for part in self._objects:
            for piece in _pieces(whole, part.code):
                found.add(stretches(piece, part.machine))
        return found.all()

    @cached_property
    def statements(self) -> Hashes:
        found: list[bytes] = []
        for piece in self._texts():
            starts, ends = _runs(piece)
            stating = might_state(piece, starts, ends)[: MAX_STATEMENTS - len(found)]
            found += [piece[starts[at] : ends[at]].tobytes() for at in stating]
        return statements(found)

    def _texts(self) -> Iterator[Bytes]:
        whole = bytes_of(self._data)
        for part in self._objects:
            yield from _pieces(whole, part.texts)

    def _constants(self) -> Iterator[tuple[Bytes, str]]:
        whole = bytes_of(self._data)
        for part in self._objects:
            for begin, end in part.constants:
                for piece in _pieces(whole, ((begin, end),)):
                    yield piece, part.order


def texts_of(data: bytes) -> Texts:
    """The features of any file; a file that no system runs has no names."""
    return Texts(data)


class _Kept:
    """Collects hashes, each once, and at most ``MAX_TEXTS`` of them."""

    def __init__(self) -> None:
        self._parts: list[Hashes] = []
        self._size = 0

    def add(self, hashes: Hashes) -> None:
        if self._size < MAX_TEXTS and hashes.size:
            self._parts.append(hashes)
            self._size += hashes.size
            if self._size >= MAX_TEXTS:  # many may be the same
                self._parts = [self.all()]
                self._size = self._parts[0].size

    def all(self) -> Hashes:
        return distinct_of(self._parts)[:MAX_TEXTS]


def _pieces(data: Bytes, ranges: Ranges) -> Iterator[Bytes]:
    """The parts of the data in these ranges, ``PIECE_BYTES`` long. Neighbours overlap, so that each text is whole in
    one of them."""
    for begin, end in ranges:
        for start in range(begin, end, PIECE_BYTES - STRING_BYTES.stop):
            yield data[start : min(start + PIECE_BYTES, end)]


def _literals(piece: Bytes) -> Hashes:
    starts, ends = _runs(piece)
    long_enough = ends - starts >= STRING_BYTES.start
    starts, sizes = starts[long_enough], (ends - starts)[long_enough]
    if not starts.size:
        return np.empty(0, np.uint64)
    inside = np.zeros(piece.size + 1, np.int8)  # texts are a small part of most pieces: only their bytes are hashed
    inside[starts], inside[starts + sizes] = 1, -1
    ends = np.cumsum(sizes)
    return Prefixes(piece[np.cumsum(inside[:-1], dtype=np.int8).view(np.bool_)]).hashes(ends - sizes, ends)


def _runs(piece: Bytes) -> tuple[Places, Places]:
    """The (starts, ends) of the texts in a piece that are long enough to state a version."""
    printable = bytes_of(piece.tobytes().translate(_PRINTABLE))
    edges = np.flatnonzero(printable[1:] != printable[:-1]) + 1
    if piece.size and printable[0]:
        edges = np.concatenate(([0], edges))
    starts, ends = edges[: edges.size // 2 * 2 : 2], edges[1::2]  # one that the piece cuts has no end
    sizes = ends - starts
    kept = (sizes >= _LEAST_BYTES) & (sizes < STRING_BYTES.stop)
    starts, ends = starts[kept], ends[kept]
    closed = piece[ends] == 0
    return starts[closed], ends[closed]


def _defined(data: bytes, table: Names) -> Hashes:
    begin, end = table.texts
    texts = bytes_of(data)[begin:end]
    starts = _starts(data, table)
    zeros = np.flatnonzero(texts == 0)
    starts = starts[(starts >= 0) & (starts < (int(zeros[-1]) if zeros.size else 0))]
    ends = zeros[np.searchsorted(zeros, starts)]
    if table.decorated:
        starts = starts + (texts[starts] == ord("_"))
    long_enough = (ends - starts >= STRING_BYTES.start - 1) & (ends - starts < STRING_BYTES.stop)
    starts, ends = starts[long_enough], ends[long_enough]
    mangled = np.flatnonzero((texts[starts] == ord("_")) & (texts[starts + 1] == ord("Z")))[:MAX_MANGLED]
    methods = {_method(texts[starts[at] : ends[at]].tobytes()) for at in mangled} - {b""}
    return np.concatenate((hashes_of_spans(texts, starts, ends), hashes_of(methods)))


def _starts(data: bytes, table: Names) -> Places:
    """The offsets, in the table's texts, at which the names of the symbols begin that the file defines."""
    state = "u2" if table.defined_mask > 0xFF else "u1"
    layout = np.dtype(
        {
            "names": ["name", "state"],
            "formats": [f"{table.order}u4", table.order + state],
            "offsets": [0, table.defined_at],
            "itemsize": table.row_bytes,
        }
    )
    count = min(table.count, max(len(data) - table.rows_at, 0) // table.row_bytes)
    rows = np.frombuffer(data, layout, count, table.rows_at) if count else np.empty(0, layout)
    if table.defined_mask:
        rows = rows[(rows["state"] & table.defined_mask) != 0]
    return distinct(rows["name"].astype(np.int64) - table.less)


def _method(name: bytes) -> bytes:
    """The class and name of a method, ``Reader::parse`` for ``_ZN4Json6Reader5parseEv``; b"" if the name is not a
    method's."""
    if not name.startswith(b"_ZN"):
        return b""
    at = 4 if name[3:4] == b"K" else 3
    parts: list[bytes] = []
    while (size := _SIZE.match(name, at)) is not None and len(parts) < 16:
        at = size.end() + int(size[0])
        parts.append(name[size.end() : at])
    return b"::".join(parts[-2:]) if len(parts) > 1 else b""


_SIZE = pattern(rb"[1-9]\d{0,2}")
_PRINTABLE = bytes(32 <= byte < 127 or byte in b"\t\n\r" for byte in range(256))

"""The texts of a program or library: what its sources had as literals and as names.

Every run of printable bytes that ends in a zero byte is one text. Of an ELF file's symbols, those that it defines are names;
those that it uses from other libraries (undefined symbols) are left out, because a program that calls a library does not
contain it.  **Source:** System V gABI 4.1, chapter 4, "Symbol Table".
"""

import io
from typing import NamedTuple

import numpy as np

from careen.formats.binaries.elf import Elf, headers_of, sections

from .source import STRING_BYTES
from .spans import PIECE_BYTES, Bytes, Hashes, Places, Prefixes, bytes_of

HEAD_BYTES = 1 << 16
MAX_SYMBOLS = 4_000_000
SYMBOL_TABLES = ((".dynsym", ".dynstr"), (".symtab", ".strtab"))


class Texts(NamedTuple):
    """Hashes, sorted and each once: of literals, and of names that the file defines."""

    literals: Hashes
    names: Hashes


def texts_of(data: bytes) -> Texts:
    """Of any file: one that is not ELF has no names."""
    literals = _literals(bytes_of(data))
    defined, used = [], []
    for names, is_defined in _symbols(data):
        defined.append(names[is_defined])
        used.append(names[~is_defined])
    if not defined:
        return Texts(literals, np.empty(0, np.uint64))
    names = np.unique(np.concatenate(defined))
    foreign = np.setdiff1d(np.concatenate(used), names)
    literals = np.setdiff1d(np.setdiff1d(literals, names, assume_unique=True), foreign, assume_unique=True)
    return Texts(literals, names)


def _literals(data: Bytes) -> Hashes:
    found = [np.empty(0, np.uint64)]
    longest = STRING_BYTES.stop
    for begin in range(0, data.size, PIECE_BYTES - longest):
        piece = data[begin : begin + PIECE_BYTES]
        starts, ends = _runs(piece)
        long_enough = (ends - starts >= STRING_BYTES.start) & (ends - starts < longest)
        starts, ends = starts[long_enough], ends[long_enough]
        ended = ends < piece.size
        starts, ends = starts[ended], ends[ended]
        zero = piece[ends] == 0
        found.append(Prefixes(piece).hashes(starts[zero], ends[zero]))
    return np.unique(np.concatenate(found))


def _runs(data: Bytes) -> tuple[Places, Places]:
    edges = np.flatnonzero(np.diff(_PRINTABLE[data], prepend=False, append=False))
    return edges[::2], edges[1::2]


def _symbols(data: bytes) -> "list[tuple[Hashes, np.ndarray[tuple[int], np.dtype[np.bool_]]]]":
    """Of each symbol table: the hash of every name, and whether the file defines it."""
    try:
        elf = headers_of(data[:HEAD_BYTES])
        known = sections(io.BytesIO(data), elf)
    except ValueError:
        return []
    found = []
    for symbols, texts in SYMBOL_TABLES:
        if symbols in known and texts in known:
            table = data[known[symbols].offset : known[symbols].offset + known[symbols].size_bytes]
            names = data[known[texts].offset : known[texts].offset + known[texts].size_bytes]
            found.append(_table(elf, table, bytes_of(names)))
    return found


def _table(elf: Elf, table: bytes, names: Bytes) -> "tuple[Hashes, np.ndarray[tuple[int], np.dtype[np.bool_]]]":
    order = elf.order
    if elf.bits == 32:
        fields = [("name", f"{order}u4"), ("value", f"{order}u4"), ("size", f"{order}u4"), ("kind", "u1"), ("other", "u1")]
        layout = np.dtype([*fields, ("section", f"{order}u2")])
    else:
        fields = [("name", f"{order}u4"), ("kind", "u1"), ("other", "u1"), ("section", f"{order}u2")]
        layout = np.dtype([*fields, ("value", f"{order}u8"), ("size", f"{order}u8")])
    count = min(len(table) // layout.itemsize, MAX_SYMBOLS)
    rows = np.frombuffer(table[: count * layout.itemsize], layout)
    starts = rows["name"].astype(np.int64)
    zeros = np.flatnonzero(names == 0)
    inside = starts < (int(zeros[-1]) if zeros.size else 0)
    starts, is_defined = starts[inside], (rows["section"] != 0)[inside]
    ends = zeros[np.searchsorted(zeros, starts)]
    long_enough = (ends - starts >= STRING_BYTES.start - 1) & (ends - starts < STRING_BYTES.stop)
    return _hashes(names, starts[long_enough], ends[long_enough]), is_defined[long_enough]


def _hashes(data: Bytes, starts: Places, ends: Places) -> Hashes:
    """Of spans anywhere in data of any size, each shorter than ``STRING_BYTES`` allows."""
    hashes = np.zeros(starts.size, np.uint64)
    step = PIECE_BYTES - STRING_BYTES.stop
    for begin in range(0, data.size, step):
        inside = np.flatnonzero((starts >= begin) & (starts < begin + step))
        if inside.size:
            piece = Prefixes(data[begin : begin + PIECE_BYTES])
            hashes[inside] = piece.hashes(starts[inside] - begin, ends[inside] - begin)
    return hashes


_PRINTABLE = np.zeros(256, np.bool_)
_PRINTABLE[32:127] = True
_PRINTABLE[[9, 10, 13]] = True

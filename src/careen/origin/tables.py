"""Tables of constants: arrays of numbers in source, and the bytes that a compiler makes of them.

They identify a library without texts (deflate's codes, the numbers of a block sorter, the distributions of an entropy
coder). A feature is the hash of ``GRAM`` bytes at a place that is a multiple of ``STEP``, as little-endian machines
store it. Of the grams of a file some are kept: the smallest of each ``WINDOW``, and those at the places at which
compilers begin a table. Of a small table in source all are kept, so that any gram that a program keeps is known. A
gram that is text or a simple progression is left out.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .source import Parsed
from .spans import PIECE_BYTES, Bytes, Hashes, Prefixes, bytes_of, distinct
from .winnowing import sliding_minima

GRAM, STEP, WINDOW = 32, 4, 8
ALIGNMENT = 32  # of tables, by the usual compilers
LEAST_NUMBERS = 8
SMALL_BYTES = 512
MAX_NUMBERS = 65_536  # of one table
MAX_BODY = 1 << 20
MAX_TABLES = 10_000  # of a file
_LEAST_CHANGES = 3
_MOST_TEXT = 24  # bytes of a gram
_WORDS = GRAM // STEP

_START = re.compile(rb"=\s*\{(?=[\s{]*(?:\w{0,40}\([\w\s]{0,40}\)?\s*)?[-+~]?(?:\d|'|\.\d))")
_CAST = re.compile(rb"\(\s*[A-Za-z_][\w\s]{0,40}\*?\)")
_WRAPPED = re.compile(rb"\b[A-Za-z_]\w*\(\s*(0[xX][0-9A-Fa-f]{1,16}|\d{1,20})\s*\)")  # UINT64_C(1)
_ITEM = re.compile(
    rb"(?P<hexadecimal>[-+~]?\s*0[xX][0-9A-Fa-f]++)[uUlL]*+(?![\w.])"
    rb"|(?P<float>[-+]?\s*(?:\d++\.\d*+|\.\d++|\d++(?=[eE]))(?:[eE][-+]?\d++)?)[fFlL]?(?![\w.])"
    rb"|(?P<integer>[-+~]?\s*\d++)[uUlL]*+(?![\w.])"
    rb"|'(?P<character>[^'\\\n])'"
    rb"|(?P<end>\})"
    rb"|(?P<other>[^\s,{}]++)"
)
# What a declaration states about the bytes of an element: the first that matches, none of floating point.
_TYPES: tuple[tuple[re.Pattern[bytes], tuple[int, ...]], ...] = (
    (re.compile(rb"\b(?:double|float)\b"), ()),
    (re.compile(rb"64|long\s+long"), (8,)),
    (re.compile(rb"(?i)16|\bu?short|\bush\b"), (2,)),
    (re.compile(rb"(?i)8(?:_t)?\b|char\b|byte\b|\buch\b"), (1,)),
    (re.compile(rb"\blong\b|size_t\b"), (8, 4)),
    (re.compile(rb"(?i)32|\bu?int\b|\bunsigned\b"), (4,)),
)
_NO_HASH = np.iinfo(np.uint64).max
_VARIABLE = re.compile(rb"\w+\s*(?:\[[^\]]*\]\s*)*$")
_MIXED = {3: ((1, 1, 2), (2, 1, 1), (2, 2, 4), (4, 2, 2)), 4: ((1, 1, 2, 4), (2, 1, 1, 4), (4, 2, 1, 1))}


def constants_in(data: Bytes, order: str = "<") -> Hashes:
    """The hashes of the grams in a piece of a program's constants. The piece begins at a multiple of ``ALIGNMENT``."""
    if order == "<":
        return _grams(data, every=False)
    swapped = (np.ascontiguousarray(data[: data.size // width * width]).view(f">u{width}") for width in (2, 4, 8))
    return np.concatenate([_grams(words.astype(f"<u{words.itemsize}").view(np.uint8), every=False) for words in swapped])


def rows_in(data: Bytes, order: str = "<") -> Hashes:
    """The hashes of ``constants_in`` at multiples of ``ALIGNMENT`` only, for a fraction of the work, on little-endian
    machines.

    Each table, in sources and programs, has some of them, whatever its length.
    """
    if order != "<":
        return constants_in(data, order)
    count = data.size // ALIGNMENT
    words = data[: count * ALIGNMENT].view("<u4").reshape(count, _WORDS)
    first = np.flatnonzero((words[:, 0] != words[:, 1]) & (words[:, 4] != words[:, 5]))  # most others are empty
    rows = words[first].view(np.uint8)
    telling = np.diff(np.diff(rows.view("<u4"), axis=1), axis=1) != 0
    kept = (telling.sum(axis=1) >= _LEAST_CHANGES) & (_PRINTABLE[rows].sum(axis=1) < _MOST_TEXT)
    rows = rows[kept]
    starts = np.arange(len(rows)) * GRAM
    step = PIECE_BYTES // GRAM
    found = [np.empty(0, np.uint64)]
    for begin in range(0, len(rows), step):
        piece = rows[begin : begin + step]
        here = starts[: len(piece)]
        found.append(Prefixes(piece.reshape(-1)).hashes(here, here + GRAM))
    return np.concatenate(found)


def constants_of(source: Parsed) -> Hashes:
    """The hashes of all tables in a file of C, in each width that their numbers may have."""
    found = [np.empty(0, np.uint64)]
    if source.language.name == "c":
        for content in _encoded(source):
            table = bytes_of(content)
            found.append(_grams(table, every=table.size <= SMALL_BYTES))
    return distinct(np.concatenate(found))


def _grams(data: Bytes, *, every: bool) -> Hashes:
    count = (data.size - GRAM) // STEP + 1
    if count < 1:
        return np.empty(0, np.uint64)
    kept = _is_telling(data, count)
    if not kept.any():
        return np.empty(0, np.uint64)
    starts = np.arange(count) * STEP
    hashes = Prefixes(data).hashes(starts, starts + GRAM)
    if every:
        return hashes[kept]
    least = distinct(sliding_minima(np.where(kept, hashes, _NO_HASH), min(WINDOW, count)))
    return np.concatenate((least[least != _NO_HASH], hashes[kept & (starts % ALIGNMENT == 0)]))


def _is_telling(data: Bytes, count: int) -> NDArray[np.bool_]:
    """Whether each gram is a feature: neither text nor a simple progression."""
    words = np.ascontiguousarray(data[: (count + _WORDS - 1) * STEP]).view("<u4")
    bends = np.diff(np.diff(words)) != 0  # in modular arithmetic, as the words have no sign
    texts = _PRINTABLE[data[: words.size * STEP]].reshape(-1, STEP).sum(axis=1)
    return (_sums(bends, _WORDS - 2, count) >= _LEAST_CHANGES) & (_sums(texts, _WORDS, count) < _MOST_TEXT)


def _sums(values: "NDArray[np.bool_] | NDArray[np.uint64]", width: int, count: int) -> NDArray[np.int64]:
    sums = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    found: NDArray[np.int64] = (sums[width:] - sums[:-width])[:count]
    return found


def _encoded(source: Parsed) -> Iterator[bytes]:
    if not _START.search(source.data):
        return
    data = bytearray(source.data)
    for start, end in source.gaps:
        data[start:end] = b" " * (end - start)
    at = 0
    for _ in range(MAX_TABLES):
        match = _START.search(data, at)
        if match is None:
            return
        end = data.find(b";", match.end(), match.end() + MAX_BODY)
        at = match.end() if end < 0 else end
        body = bytes(data[match.end() : at])
        if body.count(b",") >= LEAST_NUMBERS - 1:
            declared = bytes(data[max(match.start() - 120, 0) : match.start()])
            yield from _table(body, _widths(re.split(rb"[;}]", declared)[-1]))


def _widths(declared: bytes) -> tuple[int, ...] | None:
    kind = _VARIABLE.sub(b"", declared.rstrip())
    return next((widths for pattern, widths in _TYPES if pattern.search(kind)), None)


def _table(body: bytes, widths: tuple[int, ...] | None) -> Iterator[bytes]:
    """The bytes of every run of numbers in a table. Other words end a run: they are names of constants that are
    defined elsewhere."""
    numbers: list[int | float | None] = []
    closed: list[int] = []
    for match in _ITEM.finditer(_WRAPPED.sub(rb"\1", _CAST.sub(b" ", body))):
        if match.lastgroup == "end":
            closed.append(len(numbers))
        else:
            numbers.append(_number(match))
            if len(numbers) > MAX_NUMBERS:
                return
    run: list[int | float] = []
    for number in (*numbers, None):
        if number is not None:
            run.append(number)
        elif run:
            yield from _as_arrays(run, widths)
            run = []
    whole = [number for number in numbers if isinstance(number, int)]
    if widths is None and len(whole) == len(numbers):
        yield from _as_structs(whole, closed)


def _number(match: "re.Match[bytes]") -> int | float | None:
    kind, text = match.lastgroup, match[0].rstrip(b"uUlL").replace(b" ", b"")
    if kind == "character":
        return match["character"][0]
    if kind == "float":
        return float(match["float"].replace(b" ", b""))
    if kind not in ("hexadecimal", "integer") or len(text) > 24:
        return None
    sign, digits = (text[:1], text[1:].strip()) if text[:1] in b"-+~" else (b"", text.strip())
    is_octal = digits.startswith(b"0") and digits.isdigit() and len(digits) > 1
    try:
        value = int(digits, 8 if is_octal else 0)
    except ValueError:
        return None
    value = {b"-": -value, b"~": ~value}.get(sign, value)
    return value if -(1 << 63) <= value < 1 << 64 else None


def _as_arrays(run: Sequence[int | float], widths: tuple[int, ...] | None) -> Iterator[bytes]:
    if len(run) < LEAST_NUMBERS:
        return
    if widths == () or any(isinstance(number, float) for number in run):
        with np.errstate(over="ignore"):
            numbers = np.array(run, np.float64)
            yield numbers.astype("<f8").tobytes()
            yield numbers.astype("<f4").tobytes()
        return
    whole = [number for number in run if isinstance(number, int)]
    fitting = [width for width in (1, 2, 4, 8) if _fits(whole, width)]
    usual = [width for width in fitting if width < 8 or fitting == [8]]
    for width in [width for width in widths or () if width in fitting] or usual:
        yield _packed(whole, width)


def _as_structs(numbers: list[int], closed: list[int]) -> Iterator[bytes]:
    """The rows as structs with members of different widths, if all rows have the same number of members."""
    sizes = {end - start for start, end in zip([0, *closed], closed, strict=False)} - {0}
    if len(sizes) != 1 or len(numbers) < LEAST_NUMBERS:
        return
    (size,) = sizes
    columns = [numbers[at::size] for at in range(size)]
    for widths in _MIXED.get(size, ()):
        if all(_fits(column, width) for column, width in zip(columns, widths, strict=True)):
            rows = np.zeros(len(columns[0]), [(str(at), f"<u{width}") for at, width in enumerate(widths)])
            for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
                rows[str(at)] = [number & (1 << 8 * width) - 1 for number in column]
            yield rows.tobytes()


def _fits(numbers: Sequence[int], width: int) -> bool:
    return -(1 << 8 * width - 1) <= min(numbers) and max(numbers) < 1 << 8 * width


def _packed(numbers: Sequence[int], width: int) -> bytes:
    mask = (1 << 8 * width) - 1
    return np.array([number & mask for number in numbers], f"<u{width}").tobytes()


_PRINTABLE = np.zeros(256, np.bool_)
_PRINTABLE[32:127] = True

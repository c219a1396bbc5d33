"""The names of the functions in a Go program, from its table of functions (``pclntab``).

The linker writes the table for stack traces, so that stripped programs have it too. All names are in one part of it: those
of the functions, and those of functions that were inlined everywhere, to which the inline trees of the others refer.
``TableScan`` is fed the file as a stream. A table counts if it is whole: the file has no other one, its parts lie in their
order, and its functions have names. Tables of toolchains before Go 1.16 have their names among other data, and are not read.
**Source:** Go, src/runtime/symtab.go (``pcHeader``, ``functab``, ``_func``), src/cmd/link/internal/ld/pcln.go.
"""

from struct import Struct as Layout

from msgspec import Struct

from careen.formats.binaries.segments import Ranges, within

MAX_NAMES = 1 << 20
MAX_NAMES_BYTES = 48 << 20
MAX_TABLE_BYTES = 128 << 20
MAX_PLACES = 1 << 20  # where a table might begin
# The number of functions whose names are looked up, and the bytes of data about them that are kept: those of all functions of a
# large program would take as long as the rest of its scan.
SAMPLE, SAMPLE_BYTES = 256, 64 << 10

_ALIGNMENT = 32
# By the first byte of a table: how many numbers its header has, and whether addresses in it have the width of pointers.
_FORMATS = {0xFA: (7, True), 0xF0: (8, False), 0xF1: (8, False)}  # Go 1.16, 1.18, 1.20
_OLD_TABLE = b"\xfb\xff\xff\xff\0\0"  # before Go 1.16
_QUANTA = (1, 2, 4)  # of instructions
_HEADER_BYTES = 8 + 8 * 8
_FUNCTION_BYTES = 16  # of the data about a function, up to the place of its name


class Header(Struct, frozen=True, gc=False):
    """The header of a table of functions. Positions are bytes from the beginning of the table."""

    functions: int
    names: int
    names_end: int
    files: int  # paths of sources
    files_end: int
    list: int  # of functions: an address and a position for each; the data about each function follow the list
    address_bytes: int

    @property
    def list_end(self) -> int:
        return self.list + 2 * self.functions * self.address_bytes

    @property
    def is_bounded(self) -> bool:
        return self.names_end - self.names <= MAX_NAMES_BYTES and self.list_end <= MAX_TABLE_BYTES


class TableScan:
    """Searches a stream for the table of functions. With ``only``, it searches only these ranges of the file."""

    def __init__(self, only: Ranges | None = None) -> None:
        self._only = only
        self._fed_bytes = self._searched_to = 0
        self._tail = b""  # the end of the searched data, in which a header may begin
        self._header: Header | None = None
        self._names = self._list = _Part(0, 0)
        self._begin = self._read_to = self._end = 0  # of the table in the file; its end as far as it is known
        self._is_readable = True
        self._places_left = MAX_PLACES
        self._old_at: int | None = None  # where an older table begins

    def skip(self, size: int) -> None:
        self._fed_bytes += size

    def feed(self, chunk: bytes) -> None:
        ranges = ((self._fed_bytes, self._fed_bytes + len(chunk)),) if self._only is None else self._only
        for at, piece in within(ranges, self._fed_bytes, chunk):
            self._take(at, piece)
        self._fed_bytes += len(chunk)

    def names(self) -> memoryview | None:
        """All names, with a NUL before each; None if no complete table was found."""
        if self._header is None or not self._is_readable or self._read_to < self._end:
            return None
        return _whole_names(self._header, self._names.data, self._list.data)

    def is_inside(self, at: int, size: int) -> bool:
        """Whether all ``size`` bytes at ``at`` of the file, which were fed before, belong to the table, and have no paths."""
        return self._is_readable and self._begin < at and at + size <= self._end and not self.has_sources(at, size)

    def has_sources(self, at: int, size: int) -> bool:
        """Whether paths of sources may be among the ``size`` bytes at ``at`` of the file, which were fed before."""
        if self._old_at is not None and at + size > self._old_at:
            return True
        header, end = self._header, at + size
        return header is not None and at < self._begin + header.files_end and end > self._begin + header.files

    def _take(self, at: int, piece: bytes) -> None:
        while piece and self._is_readable:
            if at < self._end:
                inside = piece[: self._end - at]
                self._collect(at, inside)
                at, piece = at + len(inside), piece[len(inside) :]
                self._searched_to, self._tail = at, b""
                continue
            tail = self._tail if at == self._searched_to else b""
            window, start = tail + piece, at - len(tail)
            at = self._found(window, start)
            if at < 0:
                self._searched_to, self._tail = start + len(window), window[1 - _HEADER_BYTES :]
                return
            piece = window[at - start :]

    def _collect(self, at: int, piece: bytes) -> None:
        """Keeps some parts of the table: the names, the list of functions, and the beginning of the data behind the
        list."""
        assert self._header
        if at != self._read_to:
            self._is_readable = False  # there is a gap in it
            return
        self._read_to = at + len(piece)
        for part in (self._names, self._list):
            part.extend(at - self._begin, piece)
        if self._read_to == self._begin + self._header.list_end:
            last = _place(self._list.data, self._header, self._header.functions - 1)
            end = self._header.list + last + _FUNCTION_BYTES
            self._end = max(self._end, self._begin + end)
            self._is_readable = end <= MAX_TABLE_BYTES

    def _found(self, window: bytes, start: int) -> int:
        """The position of the next table in the file; -1 if none begins in the window. The linker aligns tables, so
        few positions are examined."""
        first = -start % _ALIGNMENT
        marks = window[first : len(window) - _HEADER_BYTES + 1 : _ALIGNMENT]
        if self._old_at is None:
            old = (first + _ALIGNMENT * at for at in _all(marks, _OLD_TABLE[0]))
            self._old_at = next((start + at for at in old if window.startswith(_OLD_TABLE, at)), None)
        places = sorted(at for mark in _FORMATS for at in _all(marks, mark))
        self._places_left -= len(places)
        for at in places:
            at = first + _ALIGNMENT * at
            header = read_header(window[at : at + _HEADER_BYTES])
            if header:
                is_first = self._header is None  # of two tables it is unknown which is the program's
                self._is_readable = is_first and header.is_bounded and self._places_left > 0
                self._begin_at(start + at, header)
                return self._begin
        self._is_readable = self._places_left > 0
        return -1

    def _begin_at(self, at: int, header: Header) -> None:
        self._header, self._begin, self._read_to, self._end = header, at, at, at + header.list_end
        self._names = _Part(header.names - 1, header.names_end)  # with the byte before the first one
        self._list = _Part(header.list, header.list_end + SAMPLE_BYTES)


class _Part:
    """Bytes of the table, which are fed in order."""

    def __init__(self, start: int, stop: int) -> None:
        self._start, self._stop = start, stop
        self.data = bytearray()

    def extend(self, at: int, piece: bytes) -> None:
        if at < self._stop and at + len(piece) > self._start:
            self.data += piece[max(0, self._start - at) : self._stop - at]


def read_header(data: bytes) -> Header | None:
    """Reads the header of a table; None if these bytes are not the beginning of one."""
    quantum, width = data[6:8]
    if data[1:6] != b"\xff\xff\xff\0\0" or data[0] not in _FORMATS or quantum not in _QUANTA or width not in (4, 8):
        return None
    count, is_wide = _FORMATS[data[0]]
    numbers = Layout(f"<{count}{'Q' if width == 8 else 'I'}").unpack_from(data, 8)
    places = list(numbers[-5:])  # of names, compilation units, files, lines, functions
    names, units, files, lines, listed = places
    header = Header(numbers[0], names, units, files, lines, listed, width if is_wide else 4)
    is_ordered = places == sorted(places) and places[0] >= 8 + count * width
    return header if is_ordered and header.functions else None


def _whole_names(header: Header, names: bytearray, functions: bytearray) -> memoryview | None:
    """The names with a NUL before each, if a sample of functions lies in order and the first functions have names;
    else None."""
    if names.count(0) > MAX_NAMES:
        return None
    known = 0
    for number in range(0, header.functions, 1 + header.functions // SAMPLE):
        place = _place(functions, header, number)
        if place <= known:
            return None
        known = place
    for number in range(min(header.functions, SAMPLE)):
        name = _place(functions, header, number) + header.address_bytes
        at = int.from_bytes(functions[name : name + 4], "little")
        if name + 4 > len(functions):
            break
        if at + 1 >= len(names) or names[at] or not names[at + 1]:
            return None
    tail = names[-_ALIGNMENT:]
    filled = len(tail) - len(tail.rstrip(b"\0"))  # behind the last name
    return memoryview(names)[:-filled] if filled else None


def _place(functions: bytearray, header: Header, number: int) -> int:
    """The position of the data about a function, in bytes from the list."""
    at = (2 * number + 1) * header.address_bytes
    return int.from_bytes(functions[at : at + header.address_bytes], "little")


def _all(data: bytes, mark: int) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found

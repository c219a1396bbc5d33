"""The tables of an SQLite database file or of its write-ahead log, page by page, without SQL and without the SQLite library.

A hostile database could make the real library run its triggers and views. Page numbers start at 1; ``page`` gives
None for a page that this file does not have (a log has only changed pages). Raises ValueError if the file has another
format.  **Source:** sqlite.org, "Database File Format", sections 1.3 (header), 1.6 (b-trees), 2.1 (records), 4 (log).
"""

from collections.abc import Callable, Iterable, Iterator
from struct import Struct as Layout
from struct import unpack
from typing import BinaryIO

from msgspec import Struct

MAX_LOG_BYTES = 256 << 20
MAX_ROW_BYTES = 256 << 20

_HEADER_BYTES = 100
_LOG_HEADER = Layout(">8I")
_FRAME = Layout(">6I")
_LOG_MAGIC, _LOG_VERSION = 0x377F0682, 3_007_000  # the lowest bit of the magic: checksums over big-endian words
_INTERIOR, _LEAF = 0x05, 0x0D
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8}


class Pages(Struct, frozen=True):
    """The pages of a file, read on request. ``usable_bytes``: size of a page without the reserved space at its end."""

    page_bytes: int
    usable_bytes: int
    count: int
    numbers: Iterable[int]  # of the pages in this file
    page: Callable[[int], bytes | None]


class Cell(Struct, frozen=True, gc=False):
    """One row: ``local`` is the part of its record on the page, the rest starts on page ``overflow`` (0: no rest)."""

    rowid: int
    size_bytes: int
    local: bytes
    overflow: int


class Interior(Struct, frozen=True, gc=False):
    children: tuple[int, ...]


class Leaf(Struct, frozen=True, gc=False):
    cells: tuple[Cell, ...]


def open_database(stream: BinaryIO) -> Pages:
    stream.seek(0)
    header = stream.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(b"SQLite format 3\0"):
        raise ValueError("not an SQLite database")
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    usable = _usable(page_bytes, header[20])
    count = stream.seek(0, 2) // page_bytes

    def page(number: int) -> bytes | None:
        if not 0 < number <= count:
            return None
        stream.seek((number - 1) * page_bytes)
        return stream.read(page_bytes)

    return Pages(page_bytes, usable, count, range(1, count + 1), page)


def open_log(stream: BinaryIO) -> Pages | None:
    """The pages after the last complete transaction; None if there is none."""
    size = stream.seek(0, 2)
    stream.seek(0)
    header = stream.read(_LOG_HEADER.size)
    if not header.strip(b"\0"):
        return None
    if size > MAX_LOG_BYTES:
        raise ValueError(f"write-ahead log over {MAX_LOG_BYTES} bytes")
    if len(header) < _LOG_HEADER.size:
        raise ValueError("incomplete write-ahead log")
    magic, version, page_bytes, _, salt1, salt2, sum1, sum2 = _LOG_HEADER.unpack(header)
    if magic & ~1 != _LOG_MAGIC or version != _LOG_VERSION:
        raise ValueError("not an SQLite write-ahead log")
    order = ">" if magic & 1 else "<"
    usable = _usable(page_bytes, 0)
    sums = _checksum(header[:24], order, (0, 0))
    if sums != (sum1, sum2):
        return None  # the SQLite library also starts anew
    pending: dict[int, int] = {}
    settled: dict[int, int] = {}
    count = 0
    while len(head := stream.read(_FRAME.size)) == _FRAME.size and len(body := stream.read(page_bytes)) == page_bytes:
        number, pages_after, frame_salt1, frame_salt2, sum1, sum2 = _FRAME.unpack(head)
        sums = _checksum(head[:8] + body, order, sums)
        if (frame_salt1, frame_salt2) != (salt1, salt2) or sums != (sum1, sum2) or not number:
            break  # left over from an earlier round, or incomplete
        pending[number] = stream.tell() - page_bytes
        if pages_after:
            settled.update(pending)
            pending.clear()
            count = pages_after
    if not settled:
        return None

    def page(number: int) -> bytes | None:
        if number not in settled:
            return None
        stream.seek(settled[number])
        return stream.read(page_bytes)

    first = page(1)
    usable = _usable(page_bytes, first[20]) if first else usable
    return Pages(page_bytes, usable, count, sorted(settled), page)


def table_page(pages: Pages, number: int) -> Interior | Leaf | None:
    """The content of a page of a table; None if it is missing or of another kind (index, overflow)."""
    page = pages.page(number)
    if page is None:
        return None
    start = _HEADER_BYTES if number == 1 else 0
    kind = page[start]
    if kind not in (_INTERIOR, _LEAF):
        return None
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    pointers = start + (12 if kind == _INTERIOR else 8)
    if pointers + 2 * count > pages.usable_bytes:
        raise ValueError(f"page {number} has more cells than fit")
    places = unpack(f">{count}H", page[pointers : pointers + 2 * count])
    if kind == _INTERIOR:
        return _interior(page, number, places, start, pages.count)
    cells = []
    room = pages.usable_bytes
    for place in places:
        cell = _cell(page, place, pages.usable_bytes)
        room -= len(cell.local)
        if room < 0:
            raise ValueError(f"page {number} has cells that overlap")
        cells.append(cell)
    return Leaf(tuple(cells))


def payload(pages: Pages, cell: Cell) -> bytes | None:
    """The complete record of a row; None if a part of it is not in this file."""
    if len(cell.local) == cell.size_bytes:
        return cell.local
    each = pages.usable_bytes - 4
    missing = cell.size_bytes - len(cell.local)
    if cell.size_bytes > MAX_ROW_BYTES:
        raise ValueError(f"row {cell.rowid} has over {MAX_ROW_BYTES >> 20} MiB")
    if missing > pages.count * each:
        raise ValueError(f"row {cell.rowid} is larger than its database")
    parts, number = [cell.local], cell.overflow
    while missing > 0:
        page = pages.page(number)
        if page is None:
            return None
        number = int.from_bytes(page[:4], "big")
        parts.append(page[4 : 4 + min(each, missing)])
        missing -= each
    return b"".join(parts)


def columns(record: bytes, count: int) -> list[int | bytes | None]:
    """The first columns of a record: numbers, None, or the bytes of a text or blob."""
    size, position = _varint(record, 0)
    types: list[int] = []
    while position < size and len(types) < count:
        kind, position = _varint(record, position)
        types.append(kind)
    values: list[int | bytes | None] = []
    place = size
    for kind in types:
        width = _INTEGER_BYTES.get(kind, 0) if kind < 12 else (kind - 12) // 2
        if place + width > len(record):
            raise ValueError("incomplete record")
        content = record[place : place + width]
        place += width
        if kind >= 12:
            values.append(content)
        elif kind in (8, 9):
            values.append(kind - 8)
        else:
            values.append(int.from_bytes(content, "big", signed=True) if width else None)
    return values


def root_page(pages: Pages, table: bytes) -> int | None:
    """The first page of a table, by the schema; None if the schema is missing or does not name the table."""
    seen: set[int] = set()
    waiting = [1]
    while waiting:
        number = waiting.pop()
        if number in seen:
            raise ValueError("the schema's pages form a cycle")
        seen.add(number)
        match table_page(pages, number):
            case Interior(children):
                waiting += children
            case Leaf(cells):
                for cell in cells:
                    kind, name, _, root = (*columns(cell.local, 4), None, None, None, None)[:4]
                    if kind == b"table" and name == table and isinstance(root, int):
                        return root
    return None


def rows(pages: Pages, table: bytes) -> Iterator[bytes]:
    """The records of a table's rows, in its order. Raises ValueError if a part is missing or pages form a cycle."""
    root = root_page(pages, table)
    if root is None:
        raise ValueError(f"an SQLite database without the table {table.decode()}")
    waiting, seen = [root], set[int]()
    while waiting:
        number = waiting.pop()
        found = None if number in seen else table_page(pages, number)
        seen.add(number)
        if found is None:
            raise ValueError("an SQLite table with pages that are missing or form a cycle")
        if isinstance(found, Interior):
            waiting += reversed(found.children)
            continue
        for cell in found.cells:
            record = payload(pages, cell)
            if record is None:
                raise ValueError("an incomplete SQLite row")
            yield record


def _usable(page_bytes: int, reserved: int) -> int:
    if page_bytes & (page_bytes - 1) or not 512 <= page_bytes <= 65536 or page_bytes - reserved < 480:
        raise ValueError(f"{page_bytes} bytes is not a possible size of an SQLite page")
    return page_bytes - reserved


def _interior(page: bytes, number: int, places: Iterable[int], start: int, count: int) -> Interior:
    children = [int.from_bytes(page[place : place + 4], "big") for place in places]
    children.append(int.from_bytes(page[start + 8 : start + 12], "big"))
    if len(set(children)) < len(children) or max(children) > count:
        raise ValueError(f"page {number} refers twice to a page, or to a page that cannot exist")
    return Interior(tuple(children))


def _cell(page: bytes, place: int, usable: int) -> Cell:
    size, position = _varint(page, place)
    rowid, position = _varint(page, position)
    local = size
    if size > usable - 35:
        least = (usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (usable - 4)
        local = local if local <= usable - 35 else least
    end = position + local
    if end + (4 if local < size else 0) > usable:
        raise ValueError("a cell passes the end of its page")
    overflow = int.from_bytes(page[end : end + 4], "big") if local < size else 0
    return Cell(rowid, size, page[position:end], overflow)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for step, byte in enumerate(data[position : position + 9]):
        if step == 8:
            return value << 8 | byte, position + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, position + step + 1
    raise ValueError("a number of variable length has no end")


def _checksum(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    words = iter(unpack(f"{order}{len(data) // 4}I", data))
    first, second = sums
    for even, odd in zip(words, words, strict=True):
        first = first + even + second & 0xFFFFFFFF
        second = second + odd + first & 0xFFFFFFFF
    return first, second

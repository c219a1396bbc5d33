"""The packages of an rpm database in SQLite; the database and its write-ahead log are read separately.

Each file becomes ``TablePages``: its tree pages, with the packages already read. ``installed`` merges both as SQLite does,
pages of the log over those of the database, and walks the ``Packages`` table.
Raises ValueError if the file has another format; a damaged page or header is a *fault* and costs only its rows.
**Source:** sqlite.org, "Database File Format"; rpm, lib/backend/sqlite.c (the table's two columns).
"""

from collections.abc import Iterable
from typing import BinaryIO

from msgspec import Struct

from careen.formats.data.sqlite import (
    Cell,
    Interior,
    Leaf,
    Pages,
    columns,
    open_database,
    open_log,
    payload,
    root_page,
    table_page,
)
from careen.formats.packages.rpm_header import RpmHeader, read_header

MAX_CHILDREN = 4_000_000
TABLE = b"Packages"


class Row(Struct, frozen=True, gc=False, array_like=True):
    """One package. ``header`` is None if it is unreadable (``fault``) or continues in the other file."""

    rowid: int
    overflow: int
    header: RpmHeader | None
    fault: str = ""


class TablePages(Struct, frozen=True, gc=False, tag="sqlite"):
    """The pages of the ``Packages`` table in one file. ``root`` is None if the file does not state the table's first
    page."""

    root: int | None
    interiors: dict[int, tuple[int, ...]]
    leaves: dict[int, tuple[Row, ...]]
    faults: dict[int, str]


def read_database(stream: BinaryIO) -> TablePages:
    """The pages of the table in a database, which is walked from the table's first page."""
    pages = open_database(stream)
    root = root_page(pages, TABLE)
    found = TablePages(root, {}, {}, {})
    budget = _Budget(pages)
    waiting = [root] if root else []
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in seen:
            found.faults[number] = f"page {number} is reached twice"
            continue
        seen.add(number)
        _keep(found, pages, number, budget)
        waiting += found.interiors.get(number, ())
    return found


def read_log(stream: BinaryIO) -> TablePages | None:
    """All tree pages of a log, which does not state to which table they belong; None for a log without content."""
    pages = open_log(stream)
    if pages is None:
        return None
    try:
        root = root_page(pages, TABLE)
    except ValueError:
        root = None
    found = TablePages(root, {}, {}, {})
    budget = _Budget(pages)
    children = 0
    for number in pages.numbers:
        _keep(found, pages, number, budget)
        children += len(found.interiors.get(number, ()))
        if children > MAX_CHILDREN:
            raise ValueError("write-ahead log with more tree pages than a database has")
    return found


def installed(database: TablePages | None, log: TablePages | None) -> tuple[list[RpmHeader], list[str]]:
    """The packages of both files together, by row number, and the faults found."""
    parts = [part for part in (log, database) if part]
    rows, faults = _walk(parts)
    elsewhere = {}
    if log and database and any(not row.header for row in rows):
        elsewhere = {(row.rowid, row.overflow): row.header for leaf in database.leaves.values() for row in leaf}
    headers = {}
    for row in rows:
        header = row.header or elsewhere.get((row.rowid, row.overflow))
        if header:
            headers[row.rowid] = header
        else:
            faults.append(row.fault or f"package {row.rowid} is in a file that is missing")
    return [headers[rowid] for rowid in sorted(headers)], faults


def _walk(parts: Iterable[TablePages]) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    faults: list[str] = []
    root = next((part.root for part in parts if part.root), None)
    if root is None:
        return [], [f"no table {TABLE.decode()}"]
    waiting, seen = [root], set()
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        for part in parts:
            if number in part.faults:
                faults.append(part.faults[number])
            if number in part.leaves:
                rows += part.leaves[number]
            waiting += part.interiors.get(number, ())
            if number in part.leaves or number in part.interiors or number in part.faults:
                break
        else:
            faults.append(f"page {number} is missing")
    return rows, faults


class _Budget:
    """Counts the bytes of rows: together they may not be larger than their file, or a few bytes could become many
    packages."""

    def __init__(self, pages: Pages) -> None:
        self.left_bytes = 4 * pages.count * pages.page_bytes

    def take(self, size_bytes: int) -> None:
        self.left_bytes -= size_bytes
        if self.left_bytes < 0:
            raise ValueError("rows that overlap")


def _keep(found: TablePages, pages: Pages, number: int, budget: _Budget) -> None:
    try:
        match table_page(pages, number):
            case Interior(children):
                found.interiors[number] = children
            case Leaf(cells):
                if all(_has_blob(cell) for cell in cells):
                    found.leaves[number] = tuple(_row(pages, cell, budget) for cell in cells)
    except ValueError as error:
        found.faults[number] = str(error)


def _has_blob(cell: Cell) -> bool:
    """Whether a row is (NULL, blob): the row number replaces the first column."""
    first, second = (cell.local[1:2], cell.local[2:3])
    return first == b"\0" and bool(second) and (second[0] >= 0x80 or (second[0] >= 12 and second[0] % 2 == 0))


def _row(pages: Pages, cell: Cell, budget: _Budget) -> Row:
    budget.take(cell.size_bytes)
    try:
        record = payload(pages, cell)
        if record is None:
            return Row(cell.rowid, cell.overflow, None)
        match columns(record, 2):
            case [_, bytes() as blob]:
                return Row(cell.rowid, cell.overflow, read_header(blob))
        raise ValueError("a row without a header")
    except ValueError as error:
        return Row(cell.rowid, cell.overflow, None, f"package {cell.rowid}: {error}")

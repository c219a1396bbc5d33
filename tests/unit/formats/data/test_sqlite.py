import io
import random
import sqlite3
import struct

import pytest

from careen.formats.data.sqlite import Interior, Leaf, columns, open_database, open_log, payload, root_page, table_page


def rows(pages, table):
    """All rows of a table, the plain way."""
    waiting, found = [root_page(pages, table)], {}
    while waiting:
        match table_page(pages, waiting.pop()):
            case Interior(children):
                waiting += children
            case Leaf(cells):
                for cell in cells:
                    found[cell.rowid] = columns(payload(pages, cell), 9)
    return found


@pytest.mark.parametrize("page_bytes", [512, 1024, 4096, 65536])
def test_same_rows_as_the_library(tmp_path, page_bytes):
    chance = random.Random(page_bytes)
    path = tmp_path / "db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA page_size={page_bytes}")
    connection.execute("CREATE TABLE other (x)")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c)")
    connection.execute("CREATE INDEX i ON t (a)")
    expected = {}
    for number in range(400):
        blob = chance.randbytes(chance.choice((0, 3, 50, page_bytes - 60, page_bytes, 3 * page_bytes + number)))
        value = chance.choice((None, 0, 1, -1, 127, -129, 70_000, -(2**30), 2**45, -(2**62)))
        rowid = chance.choice((number, number + 2**40, -number - 1))
        connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)", (rowid, blob, value, "text ü"))
        expected[rowid % 2**64] = [None, blob, value, "text ü".encode()]
    connection.commit()
    connection.close()
    with path.open("rb") as stream:
        assert rows(open_database(stream), b"t") == expected


def test_schema_over_several_pages(tmp_path):
    path = tmp_path / "db"
    connection = sqlite3.connect(path)
    for number in range(200):
        connection.execute(f"CREATE TABLE t{number} (a_rather_long_name_of_a_column_{number} TEXT)")
    connection.execute("INSERT INTO t150 VALUES ('here')")
    connection.commit()
    connection.close()
    with path.open("rb") as stream:
        pages = open_database(stream)
        assert rows(pages, b"t150") == {1: [b"here"]}
        assert root_page(pages, b"nowhere") is None


class Logged:
    """A database whose last changes are in its log."""

    def __init__(self, path):
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript(
            "PRAGMA page_size=512; CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'in the database');"
            "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
        )

    def log(self):
        return self.path.with_name(self.path.name + "-wal").read_bytes()


@pytest.fixture
def logged(tmp_path):
    made = Logged(tmp_path / "db")
    yield made
    made.connection.close()


def log_rows(content):
    pages = open_log(io.BytesIO(content))
    return None if pages is None else {n: table_page(pages, n) for n in pages.numbers}


def last_leaf(content):
    leaves = [page for page in log_rows(content).values() if isinstance(page, Leaf)]
    return [columns(cell.local, 2)[1] for cell in leaves[-1].cells]


def test_log_has_the_last_committed_state(logged):
    logged.connection.execute("INSERT INTO t VALUES (2, 'one')")
    logged.connection.execute("UPDATE t SET a = 'two' WHERE id = 2")
    assert last_leaf(logged.log()) == [b"in the database", b"two"]


def test_log_without_its_last_commit_is_as_before(logged):
    logged.connection.execute("INSERT INTO t VALUES (2, 'one')")
    before = logged.log()
    logged.connection.execute("INSERT INTO t VALUES (3, 'three')")
    after = logged.log()
    assert last_leaf(after) == [b"in the database", b"one", b"three"]
    for cut in (len(after) - 1, len(before) + 10, len(before)):
        assert last_leaf(after[:cut]) == [b"in the database", b"one"]
    torn = after[:-1] + bytes([after[-1] ^ 1])
    assert last_leaf(torn) == [b"in the database", b"one"]


def test_frames_of_an_earlier_round_do_not_count(logged):
    for number in range(2, 40):
        logged.connection.execute("INSERT INTO t VALUES (?, ?)", (number, "x" * 60))
    old = len(logged.log())
    logged.connection.execute("PRAGMA wal_checkpoint(RESTART)")
    logged.connection.execute("UPDATE t SET a = 'new' WHERE id = 39")
    log = logged.log()
    assert len(log) == old
    assert last_leaf(log)[-1] == b"new"
    assert len(log_rows(log)) < 4


@pytest.mark.parametrize("content", [b"", bytes(32), bytes(1000)])
def test_no_log(content):
    assert open_log(io.BytesIO(content)) is None


@pytest.mark.parametrize("content", [b"nonsense" * 100, struct.pack(">8I", 0x377F0682, 3007000, 4097, 0, 0, 0, 0, 0), b"7\x7f"])
def test_nonsense_is_not_a_log(content):
    with pytest.raises(ValueError):
        open_log(io.BytesIO(content))


def database(**changed):
    page_bytes = changed.pop("page_bytes", 512)
    head = b"SQLite format 3\0" + struct.pack(">HBB", page_bytes, 1, 1) + bytes([changed.pop("reserved", 0)])
    return head.ljust(100, b"\0")


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0", database(page_bytes=500), database(page_bytes=256), database(reserved=64)]
)
def test_nonsense_is_not_a_database(content):
    with pytest.raises(ValueError):
        open_database(io.BytesIO(content))


def leaf(cells, places=None):
    """A second page that holds these cells, and the first that is needed before it."""
    page = bytearray(512)
    end = 512
    found = []
    for cell in cells:
        end -= len(cell)
        page[end : end + len(cell)] = cell
        found.append(end)
    places = places or found
    page[:8] = struct.pack(">BHHHB", 0x0D, 0, len(places), end, 0)
    struct.pack_into(f">{len(places)}H", page, 8, *places)
    return open_database(io.BytesIO(database().ljust(512, b"\0") + bytes(page)))


def test_cells_that_overlap_are_refused():
    cell = b"\x40\x01" + bytes(64)
    assert len(table_page(leaf([cell]), 2).cells) == 1
    with pytest.raises(ValueError, match="overlap"):
        table_page(leaf([cell], places=[512 - len(cell)] * 100), 2)


@pytest.mark.parametrize("cell", [b"\x80" * 9 + b"\x7f", b"\x7f\x01", b"\xff" * 20])
def test_cells_that_pass_their_page_are_refused(cell):
    with pytest.raises(ValueError):
        table_page(leaf([cell]), 2)


def test_a_chain_in_a_circle_ends():
    size = b"\x8f\x00"  # 1,920 bytes: 396 of them here, the others on three pages, all of which are page 2
    cell = size + b"\x01" + bytes(396) + struct.pack(">I", 2)
    pages = leaf([cell])
    with pytest.raises(ValueError, match="larger than its database"):
        payload(pages, table_page(pages, 2).cells[0])


def test_interior_pages_that_name_a_page_twice_are_refused():
    page = bytearray(512)
    page[:12] = struct.pack(">BHHHBI", 0x05, 0, 2, 400, 0, 1)
    struct.pack_into(">HH", page, 12, 400, 400)
    pages = open_database(io.BytesIO(database().ljust(512, b"\0") + bytes(page)))
    with pytest.raises(ValueError, match="twice"):
        table_page(pages, 2)

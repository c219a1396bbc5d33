import io
import sqlite3
import struct

import pytest
from tests.support import rpmdb

from careen.catalogers.rpm.sqlite import installed, read_database, read_log


class Images:
    """A database and its log, written by SQLite, read as two files."""

    def __init__(self, path, headers, page_bytes=512):
        rpmdb.sqlite(path, headers, page_bytes)
        self.path = path
        self.before = path.read_bytes()
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;")

    def names(self, database=True, log=True):
        path = self.path.with_name(self.path.name + "-wal")
        one = read_database(io.BytesIO(self.path.read_bytes())) if database else None
        two = read_log(io.BytesIO(path.read_bytes())) if log and path.exists() else None
        headers, faults = installed(one, two)
        return [header.name for header in headers], faults


@pytest.fixture
def make(tmp_path):
    made = []

    def images(headers, **more):
        made.append(Images(tmp_path / "rpmdb.sqlite", headers, **more))
        return made[-1]

    yield images
    for one in made:
        one.connection.close()


def large(name, number=40):
    return rpmdb.package(name, files=[f"/usr/share/{name}/a-rather-long-name-{at}" for at in range(number)])


def test_packages_by_row_number(make):
    images = make([large(f"p{n}") for n in range(60)])
    assert images.names() == ([f"p{n}" for n in range(60)], [])


@pytest.mark.parametrize("page_bytes", [512, 4096])
def test_log_over_database(make, page_bytes):
    """Added, removed and rewritten rows; leaves are rewritten whose other rows go on in the database."""
    images = make([large(f"p{n}") for n in range(40)], page_bytes=page_bytes)
    rpmdb.add(images.connection, [large(f"new{n}") for n in range(25)])
    images.connection.execute("DELETE FROM Packages WHERE hnum % 3 = 0")
    images.connection.execute("UPDATE Packages SET blob = ? WHERE hnum = 1", (large("changed", 90),))
    names = ["changed"] + [f"p{n}" for n in range(1, 40) if (n + 1) % 3] + [f"new{n}" for n in range(25) if (n + 41) % 3]
    assert images.names() == (names, [])
    images.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert images.names() == (names, [])


def test_pages_that_were_rewritten_in_place(make):
    """An update of equal size touches only the pages that differ, so that one row lies in both files."""
    images = make([large(f"p{n}") for n in range(3)])
    changed = bytearray(large("p1"))
    changed[-600] ^= 1
    images.connection.execute("UPDATE Packages SET blob = ? WHERE hnum = 2", (bytes(changed),))
    images.connection.execute("DELETE FROM Packages WHERE hnum = 1")
    assert images.names() == (["p1", "p2"], [])


def test_everything_in_the_log(make):
    images = make([])
    rpmdb.add(images.connection, [large(f"p{n}") for n in range(9)])
    images.connection.execute("VACUUM")
    assert images.names(database=False) == ([f"p{n}" for n in range(9)], [])


def test_database_without_its_log_is_as_it_was(make):
    images = make([large("first")])
    rpmdb.add(images.connection, [large("second")])
    assert images.names(log=False) == (["first"], [])


def test_log_without_database_reports_missing_pages(make):
    images = make([large(f"p{n}") for n in range(30)])
    images.connection.execute("DELETE FROM Packages WHERE hnum = 30")
    names, faults = images.names(database=False)
    assert names == []
    assert faults


def test_damage_costs_only_the_damaged_rows(make):
    images = make([large(f"p{n}") for n in range(30)])
    content = bytearray(images.before)
    at = content.index(b"a-rather-long-name-1\0", len(content) // 2)
    start = at // 512 * 512
    content[start : start + 512] = bytes(512)
    headers, faults = installed(read_database(io.BytesIO(bytes(content))), None)
    assert 25 <= len(headers) < 30
    assert 1 <= len(faults) <= 5


def test_a_database_of_something_else(tmp_path):
    connection = sqlite3.connect(tmp_path / "db")
    connection.execute("CREATE TABLE Parcels (a)")
    connection.commit()
    connection.close()
    assert installed(read_database(io.BytesIO((tmp_path / "db").read_bytes())), None) == ([], ["no table Packages"])


def test_rows_that_share_their_pages_are_an_error():
    """Ten cells of one page begin the same long chain; a whole tree of such pages would become millions of packages."""
    header, more = large("p", 1000), 0
    record = b""
    while not record or (len(record) - 39) % 508 <= 438:  # so that only 39 bytes of it lie on the leaf
        blob, more = header + bytes(more), more + 1
        record = b"\x05\0" + varint(12 + 2 * len(blob)) + blob
    rest = record[39:]
    chain = [rest[at : at + 508].ljust(508, b"\0") for at in range(0, len(rest), 508)]
    following = [*range(4, 3 + len(chain)), 0]
    schema = b"\x06\x17\x1d\x1d\x01\x1btablePackagesPackages\x02CREATE"
    pages = [
        leaf_page([varint(len(schema)) + b"\x01" + schema], 100),
        leaf_page([varint(len(record)) + bytes([n]) + record[:39] + b"\0\0\0\x03" for n in range(1, 10)], 0),
        *(number.to_bytes(4, "big") + part for number, part in zip(following, chain, strict=True)),
    ]
    found = read_database(io.BytesIO(b"".join(pages)))
    assert found.root == 2
    headers, faults = installed(found, None)
    assert headers == []
    assert faults == ["rows that overlap"]
    once = [pages[0], leaf_page([varint(len(record)) + b"\x01" + record[:39] + b"\0\0\0\x03"], 0), *pages[2:]]
    headers, faults = installed(read_database(io.BytesIO(b"".join(once))), None)
    assert (len(headers), faults) == (1, [])


def varint(number):
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def leaf_page(cells, start):
    page = bytearray(512)
    end, places = 512, []
    for cell in cells:
        end -= len(cell)
        page[end : end + len(cell)] = cell
        places.append(end)
    if start:
        page[:20] = b"SQLite format 3\0" + b"\x02\0\x01\x01"
    struct.pack_into(f">BHHHB{len(cells)}H", page, start, 0x0D, 0, len(cells), end, 0, *places)
    return bytes(page)

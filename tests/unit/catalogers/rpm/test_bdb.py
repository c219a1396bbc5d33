import io
import struct

import pytest
from tests.support import rpmdb

from careen.catalogers.rpm.bdb import blobs
from careen.formats.packages.rpm_header import read_header

HEADERS = [rpmdb.package(f"p{n}", files=[f"/usr/share/doc/{n}/{at}" for at in range(40 * n)]) for n in range(1, 6)]
NAMES = ["p1", "p2", "p3", "p4", "p5"]


def names(content):
    faults = []
    return [read_header(blob).name for blob in blobs(io.BytesIO(content), faults)], faults


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("page_bytes", [512, 4096, 32768])
def test_packages_in_either_byte_order(order, page_bytes):
    assert names(rpmdb.bdb(HEADERS, order, page_bytes)) == (NAMES, [])


def test_small_packages_are_on_the_hash_page():
    """So it is on file systems with large blocks, whose size Berkeley DB takes for its pages."""
    assert names(rpmdb.bdb(HEADERS, page_bytes=32768, inline_bytes=2500)) == (NAMES, [])


def test_a_package_whose_pages_are_missing_costs_only_itself():
    whole = rpmdb.bdb(HEADERS)
    assert names(whole[:-512]) == (NAMES[:4], ["a package whose pages are missing"])


def test_pages_in_a_circle_or_of_two_packages():
    content = bytearray(rpmdb.bdb(HEADERS))
    struct.pack_into("<I", content, 2 * 512 + 16, 2)
    found, faults = names(bytes(content))
    assert found == NAMES[1:]
    assert len(faults) == 1
    content = rpmdb.bdb(HEADERS).replace(struct.pack("<B3xII", 3, 2, len(HEADERS[0])), struct.pack("<B3xII", 3, 3, 900))
    found, faults = names(content)
    assert len(found) + len(faults) == 5


@pytest.mark.parametrize(("at", "value"), [(20, 0xFFFF), (20, 3), (26, 0xFFFF), (28, 0xFFFF)])
def test_a_hash_page_that_cannot_be(at, value):
    content = bytearray(rpmdb.bdb(HEADERS))
    struct.pack_into("<H", content, 512 + at, value)
    found, faults = names(bytes(content))
    assert found == []
    assert len(faults) == 1


@pytest.mark.parametrize("content", [b"", bytes(512), b"SQLite format 3\0" + bytes(512), rpmdb.bdb(HEADERS)[:500]])
def test_nonsense_is_refused(content):
    with pytest.raises(ValueError):
        names(content)


def test_page_sizes_that_cannot_be():
    content = bytearray(rpmdb.bdb(HEADERS))
    struct.pack_into("<I", content, 20, 500)
    with pytest.raises(ValueError):
        names(bytes(content))


def test_encrypted_databases_are_an_error():
    content = bytearray(rpmdb.bdb(HEADERS))
    content[24] = 1
    with pytest.raises(ValueError, match="encrypted"):
        names(bytes(content))


def test_a_package_in_another_form_costs_only_itself():
    content = rpmdb.bdb(HEADERS).replace(struct.pack("<B3xII", 3, 2, len(HEADERS[0])), struct.pack("<B3xII", 4, 2, 900))
    assert names(content) == (NAMES[1:], ["page 1: a package in a form that rpm does not write"])


def test_a_file_without_its_last_pages_is_cut_short():
    content = bytearray(rpmdb.bdb(HEADERS))
    struct.pack_into("<I", content, 32, len(content) // 512 - 1)
    assert names(bytes(content)) == (NAMES, [])
    struct.pack_into("<I", content, 32, len(content) // 512)
    assert names(bytes(content)) == (NAMES, ["the database is cut short"])

import pytest
from tests.support.executables import elf
from tests.support.hardened import hardened

from careen.formats.binaries.dynamic import MAX_NAME_BYTES, Parts, read_dynamic
from careen.formats.binaries.elf import read_elf


def read(data, parts=None):
    return read_dynamic(read_elf(data), Parts(parts if parts is not None else [(0, data)]))


def test_parts_of_a_file():
    parts = Parts([(10, b"abc"), (20, bytearray(b"de"))])
    assert (parts.at(10, 2), parts.at(12, 5), parts.at(13, 1), parts.at(20, 9)) == (b"ab", b"c", None, b"de")
    assert (parts.around(11), parts.around(9)) == ((b"abc", 1), (b"", 0))


def test_imported_names_and_folders():
    found = read(hardened(("a", "b"), exports=("c",), rpath="/x:y", runpath="z"))
    assert (found.imports, found.rpath, found.runpath) == (frozenset((b"a", b"b")), ("/x", "y"), ("z",))


def test_a_file_without_a_dynamic_table():
    assert read(elf(b"x")) is None


def test_a_table_that_was_not_read_is_an_error():
    data = hardened(("a",))
    with pytest.raises(ValueError, match="outside of what was read"):
        read(data, [(0, data[:0x2000])])


def test_names_that_were_not_read_are_unknown():
    data = hardened(("a",))
    assert read(data, [(0x8000, data[0x8000:])]).imports is None


def test_names_that_are_too_long_are_left_out():
    assert read(hardened(("a", "b" * MAX_NAME_BYTES))).imports == frozenset((b"a",))

import struct

import pytest
from tests.support import executables

from careen.formats.segments import Mapping, mappings, offset_of

EXPECTED = (
    Mapping(executables.BASE + executables.READ_ONLY_AT, executables.READ_ONLY_AT, 3),
    Mapping(executables.BASE + executables.WRITABLE_AT, executables.WRITABLE_AT, 4, True),
)


@pytest.mark.parametrize(
    "file",
    [
        executables.elf(b"abc", b"wxyz"),
        executables.elf(b"abc", b"wxyz", 32, ">"),
        executables.pe(b"abc", b"wxyz"),
        executables.macho(b"abc", b"wxyz"),
        executables.macho(b"abc", b"wxyz", ">"),
    ],
    ids=["elf64", "elf32", "pe", "macho", "macho-big"],
)
def test_same_mappings_whatever_the_format(file):
    found = mappings(file[:4096])
    assert found == EXPECTED
    assert offset_of(found, executables.BASE + executables.WRITABLE_AT + 3) == executables.WRITABLE_AT + 3
    assert offset_of(found, executables.BASE) is None


def test_fat_files_are_their_first_architecture():
    inner = executables.macho(b"abc", b"wxyz")
    fat = struct.pack(">7I", 0xCAFEBABE, 1, 7, 3, 4096, len(inner), 12).ljust(4096, b"\0") + inner
    assert [one.offset for one in mappings(fat[:65536])] == [4096 + one.offset for one in EXPECTED]


@pytest.mark.parametrize("head", [b"", b"#!/bin/sh\n", b"MZ" + bytes(200), b"\xca\xfe\xba\xbe" + bytes(100)])
def test_other_files_have_none(head):
    assert mappings(head) == ()


@pytest.mark.parametrize("make", [executables.elf, executables.pe, executables.macho])
def test_headers_cut_short(make):
    with pytest.raises(ValueError):
        mappings(make(b"abc", b"wxyz")[:90])

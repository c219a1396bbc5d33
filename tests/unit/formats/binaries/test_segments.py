import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support import executables

from careen.formats.binaries.segments import Mapping, data_ranges, mappings, offset_of, within, writable_ranges

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
    assert tuple(replace(one, executable=False) for one in found) == EXPECTED
    assert offset_of(found, executables.BASE + executables.WRITABLE_AT + 3) == executables.WRITABLE_AT + 3
    assert offset_of(found, executables.BASE) is None


def test_fat_files_are_their_first_architecture():
    inner = executables.macho(b"abc", b"wxyz")
    fat = struct.pack(">7I", 0xCAFEBABE, 1, 7, 3, 4096, len(inner), 12).ljust(4096, b"\0") + inner
    assert [one.offset for one in mappings(fat[:65536])] == [4096 + one.offset for one in EXPECTED]


@pytest.mark.parametrize("head", [b"", b"#!/bin/sh\n", b"MZ" + bytes(200), b"\xca\xfe\xba\xbe" + bytes(100)])
def test_other_files_have_no_mappings(head):
    assert mappings(head) == ()


@pytest.mark.parametrize("make", [executables.elf, executables.pe, executables.macho])
def test_headers_cut_short(make):
    with pytest.raises(ValueError):
        mappings(make(b"abc", b"wxyz")[:90])


CODE, CONSTANTS, VARIABLES = Mapping(0, 0, 10, executable=True), Mapping(10, 10, 5), Mapping(20, 20, 5, writable=True)


def test_constants_are_found_in_a_section_of_their_own():
    assert data_ranges((CODE, CONSTANTS, VARIABLES)) == ((10, 15), (20, 25))
    assert data_ranges((CODE, VARIABLES)) is None  # they lie among the code
    assert data_ranges(()) is None
    assert writable_ranges((CODE, CONSTANTS, VARIABLES)) == ((20, 25),)


@given(st.binary(max_size=60), st.lists(st.integers(0, 70), max_size=6), st.lists(st.integers(0, 60), max_size=6))
def test_what_is_within_ranges_however_the_file_comes(file, bounds, cuts):
    bounds = sorted(bounds)
    ranges = tuple(zip(bounds[::2], bounds[1::2], strict=False))
    places = [0, *sorted(min(cut, len(file)) for cut in cuts), len(file)]
    found = {}
    for start, end in pairwise(places):
        for at, part in within(ranges, start, file[start:end]):
            found.update({at + number: byte for number, byte in enumerate(part)})
    assert found == {at: byte for at, byte in enumerate(file) if any(low <= at < high for low, high in ranges)}

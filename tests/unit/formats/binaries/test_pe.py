import struct

import pytest
from tests.support.pe import SECTION_ADDRESS, pe_file, resources_of

from careen.formats.binaries.pe import read_pe, version_strings

STRINGS = {"InternalName": "Shop.dll", "FileVersion": "1.2.3.4", "ProductVersion": "1.2.3+abc", "Empty": ""}


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("managed", [True, False])
def test_headers_and_strings(wide, managed):
    data = pe_file(STRINGS, managed=managed, wide=wide, fill=b"x" * 5000)
    pe = read_pe(data[:0x200])
    assert pe.managed is managed
    resources = data[pe.resources_at : pe.resources_at + pe.resources_bytes]
    assert resources == resources_of(STRINGS)
    assert version_strings(resources, pe.resources_address) == STRINGS


def test_a_program_for_dos_has_no_resources():
    assert read_pe(b"MZ".ljust(200, b"\0")) is None


def test_no_version_among_the_resources():
    folder = struct.pack("<12x2H2I", 0, 1, 3, 0x8000_0000 | 24)
    assert version_strings(folder, SECTION_ADDRESS) == {}


def test_headers_cut_short():
    with pytest.raises(ValueError, match="cut short"):
        read_pe(pe_file(STRINGS)[:0x140])
    with pytest.raises(ValueError, match="cut short"):
        read_pe(b"MZ")


@pytest.mark.parametrize("size", range(88))
def test_folders_cut_short(size):
    resources = resources_of(STRINGS)[:size]
    with pytest.raises(ValueError, match="PE"):
        version_strings(resources, SECTION_ADDRESS)


def test_an_entry_that_points_elsewhere():
    resources = bytearray(resources_of(STRINGS))
    struct.pack_into("<I", resources, 72, SECTION_ADDRESS + 1_000_000)
    with pytest.raises(ValueError, match="elsewhere"):
        version_strings(bytes(resources), SECTION_ADDRESS)


def test_too_many_sections():
    data = bytearray(pe_file(STRINGS))
    struct.pack_into("<H", data, 0x86, 0xFFFF)
    with pytest.raises(ValueError, match="sections"):
        read_pe(bytes(data))

import io
import struct

import pytest
from tests.support import executables

from careen.formats.elf import Note, Section, content, dynamic, file_offset, notes, read_elf, sections

NOTE = struct.pack("<3I4s8s", 4, 6, 4, b"Go\0\0", b"abcdef\0\0") + struct.pack("<3I4s4s", 4, 4, 3, b"GNU\0", b"1234")


def with_sections(bits=64, order="<", many=False):
    """The writer of executables gets a section table: no name, .text, .bss, .shstrtab."""
    names = b"\0.text\0.bss\0.shstrtab\0"
    base = executables.elf(b"text here", b"", bits, order)
    names_at, table_at = len(base), len(base) + len(names)
    layout = "10I" if bits == 32 else "2I4Q2I2Q"
    rows = [
        (0, 0, 0, 0, 0, 4 if many else 0, 3 if many else 0, 0, 0, 0),
        (1, 1, 6, 0x401000, executables.READ_ONLY_AT, 9, 0, 0, 0, 0),
        (7, 8, 3, 0x402000, 1 << 31, 1 << 30, 0, 0, 0, 0),
        (12, 3, 0, 0, names_at, len(names), 0, 0, 0, 0),
    ]
    file = bytearray(base + names + b"".join(struct.pack(order + layout, *row) for row in rows))
    struct.pack_into(order + ("Q" if bits == 64 else "I"), file, 40 if bits == 64 else 32, table_at)
    count = (0, 0xFFFF) if many else (4, 3)
    struct.pack_into(f"{order}3H", file, 58 if bits == 64 else 46, struct.calcsize(order + layout), *count)
    return bytes(file)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("many", [False, True])
def test_sections_by_name(bits, order, many):
    stream = io.BytesIO(with_sections(bits, order, many))
    elf = read_elf(stream)
    assert (elf.bits, elf.order, elf.machine) == (bits, order, 62)
    found = sections(stream, elf)
    assert list(found) == [".text", ".bss", ".shstrtab"]
    assert found[".text"] == Section(".text", 1, 0x401000, executables.READ_ONLY_AT, 9)
    assert content(stream, found[".text"]) == b"text here"
    assert content(stream, found[".bss"]) == b""


def test_segments_map_addresses_to_offsets():
    elf = read_elf(io.BytesIO(executables.elf(b"12345", b"678")))
    assert file_offset(elf, executables.BASE + executables.READ_ONLY_AT + 4) == executables.READ_ONLY_AT + 4
    assert file_offset(elf, executables.BASE + executables.READ_ONLY_AT + 5) is None
    assert [segment.flags for segment in elf.segments] == [5, 6]


def test_notes():
    stream = io.BytesIO(executables.elf(b"", b"", note=NOTE))
    assert notes(stream, read_elf(stream)) == [Note("Go", 4, b"abcdef"), Note("GNU", 3, b"1234")]


def test_dynamic():
    texts = b"\0libc.so.6\0libz.so.1\0me.so\0$ORIGIN:/opt/lib\0"
    at = executables.BASE + executables.READ_ONLY_AT
    entries = [(1, 1), (1, 11), (14, 21), (29, 27), (5, at), (10, len(texts)), (0, 0), (1, 9999)]
    table = b"".join(struct.pack("<2Q", *entry) for entry in entries)
    file = bytearray(executables.elf(texts, table))
    struct.pack_into("<I", file, 64 + 56, 2)  # the second segment is the dynamic one
    stream = io.BytesIO(bytes(file))
    found = dynamic(stream, read_elf(stream))
    assert found.needed == ("libc.so.6", "libz.so.1")
    assert (found.soname, found.runpath) == ("me.so", ("$ORIGIN", "/opt/lib"))


def test_a_static_executable_asks_for_nothing():
    stream = io.BytesIO(executables.elf())
    assert dynamic(stream, read_elf(stream)).needed == ()
    assert sections(stream, read_elf(stream)) == {}


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ" + bytes(100), b"\x7fELF\x03\x01" + bytes(90), executables.elf()[:100]])
def test_nonsense_is_refused(data):
    with pytest.raises(ValueError):
        read_elf(io.BytesIO(data))


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [(40, "<Q", 1 << 63), (40, "<Q", 1 << 40), (58, "<H", 8), (60, "<H", 0xFFFF), (62, "<H", 77)],
)
def test_section_tables_that_cannot_be(at, form, value):
    file = bytearray(with_sections())
    struct.pack_into(form, file, at, value)
    stream = io.BytesIO(bytes(file))
    with pytest.raises(ValueError):
        sections(stream, read_elf(stream))

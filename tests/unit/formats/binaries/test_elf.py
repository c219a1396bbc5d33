import io
import struct

import pytest
from tests.support import executables
from tests.support.hardened import hardened

from careen.formats.binaries.elf import PT_LOAD, Section, is_program, note_bytes, read_elf, sections

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
    file = with_sections(bits, order, many)
    elf, stream = read_elf(file), io.BytesIO(file)
    assert (elf.bits, elf.order, elf.machine) == (bits, order, 62)
    found = sections(stream, elf)
    assert list(found) == [".text", ".bss", ".shstrtab"]
    assert found[".text"] == Section(".text", 1, 0x401000, executables.READ_ONLY_AT, 9, 6)


def test_segments():
    found = read_elf(executables.elf(b"12345", b"678")).segments
    assert [(one.type, one.offset, one.size_bytes, one.flags) for one in found] == [
        (PT_LOAD, executables.READ_ONLY_AT, 5, 5),
        (PT_LOAD, executables.WRITABLE_AT, 3, 6),
    ]
    assert found[0].address == executables.BASE + executables.READ_ONLY_AT


def test_notes():
    assert note_bytes(executables.elf(b"", b"", note=NOTE)) == (NOTE,)
    assert note_bytes(executables.elf()) == ()


def test_a_file_without_sections():
    assert sections(io.BytesIO(executables.elf()), read_elf(executables.elf())) == {}


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ" + bytes(100), b"\x7fELF\x03\x01" + bytes(90), executables.elf()[:100]])
def test_nonsense_is_refused(data):
    with pytest.raises(ValueError):
        read_elf(data)


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [(40, "<Q", 1 << 63), (40, "<Q", 1 << 40), (58, "<H", 8), (60, "<H", 0xFFFF), (62, "<H", 77)],
)
def test_section_tables_that_cannot_be(at, form, value):
    file = bytearray(with_sections())
    struct.pack_into(form, file, at, value)
    with pytest.raises(ValueError):
        sections(io.BytesIO(bytes(file)), read_elf(bytes(file)))


def changed(file, at, value):
    return file[:at] + value + file[at + len(value) :]


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
def test_what_may_run(bits, order):
    file = executables.elf(b"code", b"data", bits, order)
    assert is_program(file)
    for kind, runs in ((1, False), (2, True), (3, True), (4, False)):
        assert is_program(changed(file, 16, struct.pack(order + "H", kind))) == runs
    assert not is_program(file[:50]) and not is_program(b"text" * 20) and not is_program(b"")


def test_program_headers_that_lie_elsewhere_hide_no_program():
    file = executables.elf(b"code")
    assert is_program(changed(file, 32, struct.pack("<Q", 1 << 20)))


@pytest.mark.parametrize("ident", [b"\1\1", b"\2\2", b"\1\2", b"\0\0", b"\x09\x09"])
def test_a_wrong_width_or_encoding_hides_no_program(ident):
    assert is_program(changed(executables.elf(b"code"), 4, ident))


def segments(*rows):
    """A shared object with (type, flags, bytes in the file)."""
    ident = b"\x7fELF\2\1\1" + bytes(9)
    head = ident + struct.pack("<2HI3QI6H", 3, 62, 1, 0x1040, 64, 0, 0, 64, 56, len(rows), 0, 0, 0)
    return head + b"".join(
        struct.pack("<2I6Q", kind, flags, 0, 0x1000, 0x1000, size, 0x2000, 4096) for kind, flags, size in rows
    )


def test_separate_debug_files_load_no_code():
    """As objcopy --only-keep-debug leaves them: headers and notes, and segments without content."""
    stack = (0x6474E551, 6, 0)
    assert not is_program(segments((1, 4, 0x394), (1, 5, 0), (1, 6, 0), stack))
    assert is_program(segments((1, 4, 0x394), (1, 5, 0x13D), stack))
    assert is_program(segments((1, 4, 0x394)))  # without that mark, some systems run all that they load


def test_the_last_segment_of_a_type_is_the_one_that_counts():
    found = read_elf(hardened())
    loaded = [segment for segment in found.segments if segment.type == PT_LOAD]
    assert len(loaded) > 1
    assert found.by_type[PT_LOAD] == loaded[-1]

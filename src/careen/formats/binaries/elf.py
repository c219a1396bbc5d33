"""The headers of an ELF file: segments, notes and sections by name.

``read_elf`` needs the first kilobytes only, ``sections`` seeks in the whole file. Offsets and sizes are bytes. Raises
ValueError for what is not an ELF file, and for impossible tables.  **Source:** System V gABI 4.1, chapters 4 and 5.
"""

from collections.abc import Callable
from struct import Struct as Layout
from typing import BinaryIO, TypeVar

from msgspec import Struct

MAX_TABLE_ENTRIES = 65_536
MAX_CONTENT_BYTES = 64 << 20
MAX_NAME_BYTES = 4096

Answer = TypeVar("Answer")

PT_LOAD, PT_NOTE, PT_GNU_EH_FRAME, PT_GNU_STACK = 1, 4, 0x6474E550, 0x6474E551
SHT_NOBITS = 8
_MAGIC = b"\x7fELF"
_PROGRAM_TYPES = (b"\2\0", b"\3\0", b"\0\2", b"\0\3")  # executables and shared objects, in either order
_LEAST_BYTES = 52  # of a file header
# By the fifth and sixth byte of the file: bits, order of struct, file header, program header.
_LAYOUTS = {
    bytes((width, encoding)): (bits, order, Layout(order + header), Layout(order + program))
    for width, bits, header, program in ((1, 32, "2HI3II6H", "8I"), (2, 64, "2HI3QI6H", "2I6Q"))
    for encoding, order in ((1, "<"), (2, ">"))
}


class Segment(Struct, frozen=True, gc=False):
    type: int
    offset: int
    address: int
    size_bytes: int  # in the file
    flags: int = 0  # 1 executable, 2 writable, 4 readable


class Section(Struct, frozen=True, gc=False):
    name: str
    type: int
    address: int
    offset: int
    size_bytes: int
    flags: int = 0  # 1 writable, 2 loaded, 4 executable


class Elf(Struct, frozen=True):
    """The headers of an ELF file. ``by_type`` has the last segment of each type, which is the one that loaders use."""

    bits: int
    order: str  # of struct: "<" or ">"
    type: int  # 2 executable, 3 shared object or position-independent executable
    machine: int
    segments: tuple[Segment, ...]
    sections_at: int
    section_bytes: int
    section_count: int
    section_names: int  # index of the section that holds the names
    by_type: dict[int, Segment]


def read_elf(head: bytes) -> Elf:
    """Reads the headers of an ELF file from its first bytes, up to the end of the program headers. Raises: ValueError."""
    known = _LAYOUTS.get(head[4:6])
    if not head.startswith(_MAGIC) or known is None or len(head) < 16:
        raise ValueError("not an ELF file")
    bits, order, header, program = known
    if len(head) < 16 + header.size:
        raise ValueError("ELF header cut short")
    kind, machine, _, _, phoff, shoff, _, _, phsize, phnum, shsize, shnum, names = header.unpack_from(head, 16)
    segments = _segments(head, bits, program, phoff, phsize, phnum) if phoff and phnum else ()
    by_type = {segment.type: segment for segment in segments}
    return Elf(bits, order, kind, machine, segments, shoff, shsize, shnum, names, by_type)


def has_late_headers(head: bytes, file_bytes: int) -> bool:
    """Whether the program headers lie within the file, and behind its first bytes: tools that rewrite a linked file put them
    there (patchelf, BOLT)."""
    known = _LAYOUTS.get(head[4:6])
    if not head.startswith(_MAGIC) or known is None or len(head) < 16 + known[2].size:
        return False
    _, _, header, program = known
    _, _, _, _, phoff, _, _, _, phsize, phnum, *_ = header.unpack_from(head, 16)
    return bool(phsize == program.size and phnum and len(head) < phoff + phsize * phnum <= file_bytes)


def of_a_head(examine: Callable[[bytes], Answer]) -> Callable[[bytes], Answer]:
    """Wraps ``examine`` so that it keeps its last answer: several readers examine the same first bytes one after
    another."""
    last: tuple[bytes, Answer] | None = None  # threads may replace it: a pair is read and written at once

    def cached(head: bytes) -> Answer:
        nonlocal last
        known = last
        if known is None or known[0] is not head:
            known = last = (head, examine(head))
        return known[1]

    return cached


headers_of = of_a_head(read_elf)


@of_a_head
def is_program(head: bytes) -> bool:
    """Whether a system may run a file, or load it into a program, according to the file's first bytes.

    True for an executable or shared object, unless its program headers lie within these bytes and load no code, as
    those of separate debug files. Kernels ignore width and encoding in the first bytes, so a wrong one hides no
    program.
    """
    if not head.startswith(_MAGIC) or head[16:18] not in _PROGRAM_TYPES or len(head) < _LEAST_BYTES:
        return False
    try:
        if _loads_code(headers_of(head)):
            return True
    except ValueError:
        return True
    return any(_loads_code_as(layout, head) for layout in _LAYOUTS)


def _loads_code_as(layout: bytes, head: bytes) -> bool:
    try:
        return _loads_code(read_elf(head[:4] + layout + head[6:]))
    except ValueError:
        return False


def _loads_code(elf: Elf) -> bool:
    loaded = [segment.flags for segment in elf.segments if segment.type == PT_LOAD and segment.size_bytes]
    if any(flags & 1 for flags in loaded):
        return True
    return bool(loaded) and all(segment.type != PT_GNU_STACK for segment in elf.segments)  # unmarked, all of it may be executed


def sections(stream: BinaryIO, elf: Elf) -> dict[str, Section]:
    """The sections by name; the first of several with the same name counts."""
    if not elf.sections_at:
        return {}
    layout = Layout(elf.order + ("10I" if elf.bits == 32 else "2I4Q2I2Q"))
    if elf.section_bytes < layout.size:
        raise ValueError("ELF section headers that are too small")
    first = layout.unpack(_content(stream, elf.sections_at, layout.size))
    # What does not fit into 16 bits is in the first, otherwise empty, section header.
    count = elf.section_count or first[5]
    names_at = first[6] if elf.section_names == 0xFFFF else elf.section_names
    if count > MAX_TABLE_ENTRIES or names_at >= max(count, 1):
        raise ValueError("impossible ELF section table")
    table = _read(stream, elf.sections_at, count * elf.section_bytes)
    if len(table) < count * elf.section_bytes:
        raise ValueError("ELF section table cut short")
    headers = [layout.unpack_from(table, at) for at in range(0, len(table), elf.section_bytes)]
    if not headers:
        return {}
    names = _content(stream, headers[names_at][4], headers[names_at][5])
    found: dict[str, Section] = {}
    for header in headers:
        name = _text(names, header[0])
        if name:
            found.setdefault(name, Section(name, header[1], header[3], header[4], header[5], header[2]))
    return found


@of_a_head
def note_bytes(head: bytes) -> tuple[bytes, ...]:
    """The content of the note segments, as far as they lie in a file's first bytes, where linkers put them."""
    return tuple(
        [
            head[segment.offset : segment.offset + segment.size_bytes]
            for segment in headers_of(head).segments
            if segment.type == PT_NOTE
        ]
    )


def _segments(head: bytes, bits: int, layout: Layout, offset: int, size: int, count: int) -> tuple[Segment, ...]:
    end = offset + size * count
    if size < layout.size or len(head) < end:
        raise ValueError("ELF program headers cut short")
    rows = [layout.unpack_from(head, at) for at in range(offset, end, size)]
    if bits == 32:
        return tuple([Segment(kind, place, address, length, flags) for kind, place, address, _, length, _, flags, _ in rows])
    return tuple([Segment(kind, place, address, length, flags) for kind, flags, place, address, _, length, _, _ in rows])


def _content(stream: BinaryIO, offset: int, size: int) -> bytes:
    if size > MAX_CONTENT_BYTES:
        raise ValueError(f"ELF section over {MAX_CONTENT_BYTES} bytes")
    data = _read(stream, offset, size)
    if len(data) < size:
        raise ValueError("ELF section passes the end of the file")
    return data


def _read(stream: BinaryIO, offset: int, size: int) -> bytes:
    if offset > 1 << 62:
        raise ValueError("impossible ELF offset")
    stream.seek(offset)
    return stream.read(size)


def _text(texts: bytes, offset: int) -> str:
    if offset >= len(texts):
        raise ValueError("ELF name outside of its table")
    end = texts.find(b"\0", offset, offset + MAX_NAME_BYTES)
    return texts[offset : end if end >= 0 else offset + MAX_NAME_BYTES].decode("utf-8", "replace")

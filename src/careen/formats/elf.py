"""The headers of an ELF file: segments, sections by name, notes, and what it asks the dynamic linker for.

``read_elf`` needs the first kilobytes only, the rest seek in the whole file. Offsets and sizes are bytes. Raises
ValueError for what is no ELF file and for tables that cannot be.  **Source:** System V gABI 4.1, chapters 4 and 5.
"""

import io
from collections.abc import Callable
from struct import Struct as Layout
from typing import BinaryIO, TypeVar

from msgspec import Struct

MAX_TABLE_ENTRIES = 65_536
MAX_CONTENT_BYTES = 64 << 20
MAX_NAME_BYTES = 4096
_HEADERS_BYTES = 4096  # what the header and the program headers behind it mostly take

Told = TypeVar("Told")

PT_LOAD, PT_DYNAMIC, PT_NOTE, PT_GNU_EH_FRAME = 1, 2, 4, 0x6474E550
SHT_NOBITS = 8
_DT_NEEDED, _DT_STRTAB, _DT_SONAME, _DT_RPATH, _DT_RUNPATH, _DT_STRSZ = 1, 5, 14, 15, 29, 10


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


class Note(Struct, frozen=True, gc=False):
    owner: str
    type: int
    content: bytes


class Dynamic(Struct, frozen=True):
    needed: tuple[str, ...] = ()
    soname: str | None = None
    runpath: tuple[str, ...] = ()


class Elf(Struct, frozen=True):
    bits: int
    order: str  # of struct: "<" or ">"
    type: int  # 2 executable, 3 shared object or position-independent executable
    machine: int
    segments: tuple[Segment, ...]
    sections_at: int
    section_bytes: int
    section_count: int
    section_names: int  # index of the section that holds the names


def read_elf(stream: BinaryIO) -> Elf:
    ident = _read(stream, 0, 16)
    if len(ident) < 16 or ident[:4] != b"\x7fELF" or ident[4] not in (1, 2) or ident[5] not in (1, 2):
        raise ValueError("not an ELF file")
    bits, order = (32 if ident[4] == 1 else 64), "<" if ident[5] == 1 else ">"
    layout = Layout(order + ("2HI3II6H" if bits == 32 else "2HI3QI6H"))
    kind, machine, _, _, phoff, shoff, _, _, phsize, phnum, shsize, shnum, names = _unpack(layout, stream, 16)
    return Elf(bits, order, kind, machine, _segments(stream, bits, order, phoff, phsize, phnum), shoff, shsize, shnum, names)


def of_a_head(tell: Callable[[bytes], Told]) -> Callable[[bytes], Told]:
    """``tell`` with its last answer kept: several readers ask about the same first bytes one after another."""
    last: tuple[bytes, Told] | None = None  # threads may replace it: a pair is read and written at once

    def told(head: bytes) -> Told:
        nonlocal last
        known = last
        if known is None or known[0] is not head:
            known = last = (head, tell(head))
        return known[1]

    return told


@of_a_head
def headers_of(head: bytes) -> Elf:
    """``read_elf`` of a file's first bytes."""
    try:
        return read_elf(io.BytesIO(head[:_HEADERS_BYTES]))
    except ValueError:
        return read_elf(io.BytesIO(head))  # tables in an odd place


def sections(stream: BinaryIO, elf: Elf) -> dict[str, Section]:
    """By name; of several with one name the first."""
    if not elf.sections_at:
        return {}
    layout = Layout(elf.order + ("10I" if elf.bits == 32 else "2I4Q2I2Q"))
    if elf.section_bytes < layout.size:
        raise ValueError("ELF section headers that are too small")
    first = _unpack(layout, stream, elf.sections_at)
    # What does not fit into 16 bits stands in the first, otherwise empty, section header.
    count = elf.section_count or first[5]
    names_at = first[6] if elf.section_names == 0xFFFF else elf.section_names
    if count > MAX_TABLE_ENTRIES or names_at >= max(count, 1):
        raise ValueError("ELF section table that cannot be")
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
            found.setdefault(name, Section(name, header[1], header[3], header[4], header[5]))
    return found


def content(stream: BinaryIO, section: Section) -> bytes:
    return b"" if section.type == SHT_NOBITS else _content(stream, section.offset, section.size_bytes)


def notes(stream: BinaryIO, elf: Elf) -> list[Note]:
    """The notes of all note segments, the build ID among them."""
    layout = Layout(elf.order + "3I")
    found = []
    for segment in elf.segments:
        if segment.type != PT_NOTE:
            continue
        data = _content(stream, segment.offset, segment.size_bytes)
        position = 0
        while position + layout.size <= len(data):
            owner_bytes, size, kind = layout.unpack_from(data, position)
            owner_at = position + layout.size
            content_at = owner_at + (owner_bytes + 3) // 4 * 4
            if content_at + size > len(data):
                raise ValueError("ELF note that passes its segment")
            owner = data[owner_at : owner_at + owner_bytes].rstrip(b"\0").decode("latin-1")
            found.append(Note(owner, kind, data[content_at : content_at + size]))
            position = content_at + (size + 3) // 4 * 4
    return found


@of_a_head
def note_bytes(head: bytes) -> tuple[bytes, ...]:
    """The note segments as far as they lie in a file's first bytes, where linkers put them."""
    segments = (one for one in headers_of(head).segments if one.type == PT_NOTE)
    return tuple(head[one.offset : one.offset + one.size_bytes] for one in segments)


def dynamic(stream: BinaryIO, elf: Elf) -> Dynamic:
    """What the dynamic linker is asked for; empty for a static executable."""
    layout = Layout(elf.order + ("2I" if elf.bits == 32 else "2Q"))
    segment = next((segment for segment in elf.segments if segment.type == PT_DYNAMIC), None)
    if segment is None:
        return Dynamic()
    data = _content(stream, segment.offset, segment.size_bytes)
    entries = list(layout.iter_unpack(data[: len(data) // layout.size * layout.size]))
    entries = entries[: next((at for at, (tag, _) in enumerate(entries) if not tag), len(entries))]
    values = dict(entries)
    if _DT_STRTAB not in values:
        return Dynamic()
    offset = file_offset(elf, values[_DT_STRTAB])
    if offset is None:
        raise ValueError("ELF dynamic section without its texts")
    texts = _content(stream, offset, values.get(_DT_STRSZ, 0))
    needed = tuple(_text(texts, value) for tag, value in entries if tag == _DT_NEEDED)
    path = values.get(_DT_RUNPATH, values.get(_DT_RPATH))
    return Dynamic(
        needed,
        _text(texts, values[_DT_SONAME]) if _DT_SONAME in values else None,
        tuple(_text(texts, path).split(":")) if path is not None else (),
    )


def file_offset(elf: Elf, address: int) -> int | None:
    """Where in the file the byte lies that is loaded at this address."""
    for segment in elf.segments:
        if segment.type == PT_LOAD and segment.address <= address < segment.address + segment.size_bytes:
            return segment.offset + address - segment.address
    return None


def _segments(stream: BinaryIO, bits: int, order: str, offset: int, size: int, count: int) -> tuple[Segment, ...]:
    layout = Layout(order + ("8I" if bits == 32 else "2I6Q"))
    if not offset or not count:
        return ()
    table = _read(stream, offset, size * count)
    if size < layout.size or len(table) < size * count:
        raise ValueError("ELF program headers cut short")
    found = []
    for at in range(0, len(table), size):
        fields = layout.unpack_from(table, at)
        if bits == 32:
            kind, place, address, _, length, _, flags, _ = fields
        else:
            kind, flags, place, address, _, length, _, _ = fields
        found.append(Segment(kind, place, address, length, flags))
    return tuple(found)


def _content(stream: BinaryIO, offset: int, size: int) -> bytes:
    if size > MAX_CONTENT_BYTES:
        raise ValueError(f"ELF section over {MAX_CONTENT_BYTES} bytes")
    data = _read(stream, offset, size)
    if len(data) < size:
        raise ValueError("ELF section passes the end of the file")
    return data


def _read(stream: BinaryIO, offset: int, size: int) -> bytes:
    if offset > 1 << 62:
        raise ValueError("ELF offset that cannot be")
    stream.seek(offset)
    return stream.read(size)


def _unpack(layout: Layout, stream: BinaryIO, offset: int) -> tuple[int, ...]:
    data = _read(stream, offset, layout.size)
    if len(data) < layout.size:
        raise ValueError("ELF header cut short")
    return layout.unpack(data)


def _text(texts: bytes, offset: int) -> str:
    if offset >= len(texts):
        raise ValueError("ELF name outside of its table")
    end = texts.find(b"\0", offset, offset + MAX_NAME_BYTES)
    return texts[offset : end if end >= 0 else offset + MAX_NAME_BYTES].decode("utf-8", "replace")

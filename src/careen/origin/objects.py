"""The places of texts, constants, names and machine code in an executable, a library or an archive of objects.

Gives an ``Object`` for each object file: an archive (``ar``) has one for each member, a fat Mach-O file one for each
architecture. All offsets count from the beginning of the file, and ranges of one object do not overlap, whatever its
headers state. In a file without a readable table of sections, one range counts as texts and as constants.
**Source:** System V gABI 4.1, chapter 4; Microsoft PE Format, "Section table", "The .edata section"; Mach-O file
format reference, LC_SEGMENT, LC_SYMTAB; ar(5).
"""

import io
import struct
from collections.abc import Iterable, Iterator
from struct import unpack_from

from msgspec import Struct

from careen.formats.binaries import elf
from careen.formats.binaries.segments import MAX_ENTRIES, Ranges

from .machine_code import Machine

HEAD_BYTES = 1 << 16
MAX_MEMBERS = 65_536
MAX_ARCHITECTURES = 4
MAX_SYMBOLS = 4_000_000
ARCHIVE, MEMBER_BYTES = b"!<arch>\n", 60
FAT = b"\xca\xfe\xba\xbe"
MACHO = {b"\xce\xfa\xed\xfe": "<", b"\xcf\xfa\xed\xfe": "<", b"\xfe\xed\xfa\xce": ">", b"\xfe\xed\xfa\xcf": ">"}
# Sections without texts of the source: tables of the linker, names (they are in ``names``), what debuggers read.
_NO_TEXTS = (".eh_frame", ".gcc_except_table", ".rel", ".sym", ".dyn", ".str", ".shstr", ".hash", ".gnu.", ".debug", ".note")
_CONSTANTS = (".rodata", ".data", ".lrodata")
_RELOCATED = ".data.rel"
_EXECUTABLE = 4  # of an ELF section
_SEGMENTS = {0x1: (56, 68, "16s16x3I"), 0x19: (72, 80, "16s16x2QI")}  # bytes before the sections, bytes and start of each
_SYMBOLS = 2
_OF_ELF: dict[int, Machine] = {62: "x86-64", 183: "arm64"}
_OF_PE: dict[int, Machine] = {0x8664: "x86-64", 0xAA64: "arm64"}
_OF_MACHO: dict[int, Machine] = {0x0100_0007: "x86-64", 0x0100_000C: "arm64"}


class Names(Struct, frozen=True):
    """A table of symbols. Each row has the place of a name, which is ``less`` higher than its offset in ``texts``.
    The symbol is defined if the number at ``defined_at`` of the row has one of the bits of ``defined_mask``; without
    the mask, all are. ``decorated``: an underscore is added to names."""

    order: str
    rows_at: int
    row_bytes: int
    count: int
    texts: tuple[int, int]
    less: int = 0
    defined_at: int = 0
    defined_mask: int = 0
    decorated: bool = False


class Object(Struct, frozen=True):
    order: str
    texts: Ranges
    constants: Ranges
    names: tuple[Names, ...] = ()
    code: Ranges = ()
    machine: Machine = ""


def objects_of(data: bytes) -> Iterator[Object]:
    """Yields the objects in a file: the members of an archive, the architectures of a universal binary, or the file itself."""
    if data.startswith(ARCHIVE):
        for start, end in _members(data):
            yield _one(data, start, end)
    elif data.startswith(FAT) and (parts := _architectures(data)):
        for start, end in parts:
            yield _one(data, start, end)
    else:
        yield _one(data, 0, len(data))


def _one(data: bytes, start: int, end: int) -> Object:
    head = data[start : start + 8]
    try:
        if head.startswith(b"\x7fELF"):
            return _elf(data[start:end] if end - start < len(data) else data, start)
        if head.startswith(b"MZ"):
            return _pe(data, start, end)
        if head[:4] in MACHO:
            return _macho(data, start, end)
    except (ValueError, struct.error):
        pass
    return Object("<", ((start, end),), ((start, end),))


def _members(data: bytes) -> Iterator[tuple[int, int]]:
    """The members of an archive, without the tables of symbols and of long names, whose own names begin with a slash."""
    at = len(ARCHIVE)
    for _ in range(MAX_MEMBERS):
        header = data[at : at + MEMBER_BYTES]
        size = header[48:58].strip()
        if len(header) < MEMBER_BYTES or header[58:] != b"`\n" or not size.isdigit():
            return
        begin, end = at + MEMBER_BYTES, min(at + MEMBER_BYTES + int(size), len(data))
        is_table = header.startswith((b"/ ", b"// ", b"/SYM64/", b"__.SYMDEF"))
        if header.startswith(b"#1/") and header[3:16].strip().isdigit():  # BSD: the name is before the content
            begin = min(begin + int(header[3:16]), end)
            is_table = data[begin - int(header[3:16]) : begin].startswith(b"__.SYMDEF")
        if not is_table and end > begin:
            yield begin, end
        at = end + end % 2


def _architectures(data: bytes) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    count = unpack_from(">I", data, 4)[0] if len(data) >= 8 else 0
    for at in range(8, 8 + 20 * min(count, MAX_ARCHITECTURES), 20):
        if at + 20 > len(data):
            break
        offset, size = unpack_from(">2I", data, at + 8)
        if data[offset : offset + 4] in MACHO and all(offset >= end or offset + size <= start for start, end in found):
            found.append((offset, min(offset + size, len(data))))
    return found


def _elf(data: bytes, start: int) -> Object:
    headers = elf.headers_of(data[:HEAD_BYTES])
    known = elf.sections(io.BytesIO(data), headers)
    if not known:
        raise ValueError("no sections")
    stored = [section for section in known.values() if section.type != elf.SHT_NOBITS]
    texts = [part for part in stored if not part.flags & _EXECUTABLE and not part.name.startswith(_NO_TEXTS)]
    constants = [part for part in texts if part.name.startswith(_CONSTANTS) and not part.name.startswith(_RELOCATED)]
    row, defined_at = (24, 6) if headers.bits == 64 else (16, 14)
    names = []
    for symbols, strings in ((".dynsym", ".dynstr"), (".symtab", ".strtab")):
        if symbols in known and strings in known:
            count = min(known[symbols].size_bytes // row, MAX_SYMBOLS)
            (place,) = _ranges([known[strings]], start, len(data)) or ((0, 0),)
            names.append(Names(headers.order, start + known[symbols].offset, row, count, place, 0, defined_at, 0xFFFF))
    code = [part for part in stored if part.flags & _EXECUTABLE]
    machine = _OF_ELF.get(headers.machine, "") if (headers.bits, headers.order) == (64, "<") else ""
    return Object(
        headers.order,
        _ranges(texts, start, len(data)),
        _ranges(constants, start, len(data)),
        tuple(names),
        _ranges(code, start, len(data)),
        machine,
    )


def _ranges(sections: Iterable[elf.Section], start: int, size: int) -> Ranges:
    return _merged((start + part.offset, start + min(part.offset + part.size_bytes, size)) for part in sections)


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    found: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        begin = max(begin, found[-1][1]) if found else begin
        if begin < end:
            found.append((begin, end))
    return tuple(found)


def _pe(data: bytes, start: int, end: int) -> Object:
    """The object of a PE file. The table of exported names is a list of addresses; names and table lie in one
    section."""
    signature = start + unpack_from("<I", data, start + 0x3C)[0]
    if data[signature : signature + 4] != b"PE\0\0":
        raise ValueError("a program for DOS")
    machine, count, optional_bytes = unpack_from("<2H12xH", data, signature + 4)
    optional = signature + 24
    wide = unpack_from("<H", data, optional)[0] == 0x20B
    texts: list[tuple[int, int]] = []
    code: list[tuple[int, int]] = []
    names = []
    exports = unpack_from("<I", data, optional + (112 if wide else 96))[0] if optional_bytes > 96 else 0
    for at in range(min(count, MAX_ENTRIES)):
        virtual, address, size, offset, flags = unpack_from("<4I12xI", data, optional + optional_bytes + at * 40 + 8)
        begin, stop = start + offset, min(start + offset + size, end)
        if begin < stop:
            (code if flags & 0x2000_0000 else texts).append((begin, stop))
        if exports and address <= exports < address + max(virtual, size):
            shift = begin - address  # an address plus this is an offset in the file
            total, _, listed = unpack_from("<3I", data, exports + shift + 24)
            if 0 <= listed + shift < stop:
                names.append(Names("<", listed + shift, 4, min(total, MAX_SYMBOLS), (begin, stop), address))
    places = _merged(texts)
    return Object("<", places, places, tuple(names), _merged(code), _OF_PE.get(machine, ""))


def _macho(data: bytes, start: int, end: int) -> Object:
    """Reads a Mach-O file. Its constants lie in the segment of the code: only sections distinguish the two."""
    order = MACHO[data[start : start + 4]]
    wide = 0xCF in (data[start], data[start + 3])
    at = start + (32 if wide else 28)
    machine = _OF_MACHO.get(unpack_from(f"{order}I", data, start + 4)[0], "") if order == "<" else ""
    texts, constants, code, names = [], [], [], []
    for _ in range(min(unpack_from(f"{order}I", data, start + 16)[0], MAX_ENTRIES)):
        command, size = unpack_from(f"{order}2I", data, at)
        if size < 8:
            raise ValueError("Mach-O load command without a size")
        if command in _SEGMENTS:
            for title, begin, stop in _macho_sections(data, at, order, command, start, end):
                if title in (b"__cstring", b"__const", b"__data", b"__ustring"):
                    texts.append((begin, stop))
                if title in (b"__const", b"__data"):
                    constants.append((begin, stop))
                if title == b"__text":
                    code.append((begin, stop))
        elif command == _SYMBOLS:
            rows, count, strings, length = unpack_from(f"{order}4I", data, at + 8)
            place = (min(start + strings, end), min(start + strings + length, end))
            row = 16 if wide else 12
            names.append(Names(order, start + rows, row, min(count, MAX_SYMBOLS), place, 0, 4, 0x0E, decorated=True))
        at += size
    return Object(order, _merged(texts), _merged(constants), tuple(names), _merged(code), machine)


def _macho_sections(data: bytes, at: int, order: str, command: int, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, from, to) of each section of a segment."""
    before, each, layout = _SEGMENTS[command]
    count = unpack_from(f"{order}I", data, at + before - 8)[0]
    for place in range(at + before, at + before + min(count, MAX_ENTRIES) * each, each):
        title, _, size, offset = unpack_from(order + layout, data, place)
        yield title.rstrip(b"\0"), min(start + offset, end), min(start + offset + size, end)

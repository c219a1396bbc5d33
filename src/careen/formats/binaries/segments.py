"""Which parts of an executable are loaded at which address, from the first kilobytes of ELF, PE or Mach-O.

Gives ``Mapping``s (address, offset in the file, size; all in bytes), in the file's order; none for other
files. Raises ValueError for impossible headers.  **Source:** System V gABI, chapter 5; Microsoft PE Format,
"Section table"; Mach-O file format reference, LC_SEGMENT; for fat files the first architecture whose headers are here.
"""

import struct
from collections.abc import Iterator
from struct import Struct as Layout
from struct import unpack_from

from msgspec import Struct

from .elf import PT_LOAD, headers_of, of_a_head

MAX_ENTRIES = 1024

_SEGMENT_COMMANDS = {0x1: "2I16s4I2I", 0x19: "2I16s4Q2I"}
_PE_SECTION = Layout("<8s4I12xI")
_PE_WRITABLE, _PE_EXECUTABLE = 0x8000_0000, 0x2000_0000


class Mapping(Struct, frozen=True, gc=False):
    address: int
    offset: int
    size_bytes: int
    writable: bool = False
    executable: bool = False


Ranges = tuple[tuple[int, int], ...]  # offsets in the file, (from, to)


@of_a_head
def mappings(head: bytes) -> tuple[Mapping, ...]:
    try:
        if head.startswith(b"\x7fELF"):
            elf = headers_of(head)
            return tuple(
                Mapping(segment.address, segment.offset, segment.size_bytes, bool(segment.flags & 2), bool(segment.flags & 1))
                for segment in elf.segments
                if segment.type == PT_LOAD
            )
        if head.startswith(b"MZ"):
            return _pe(head)
        if head.startswith((b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")):
            offset = unpack_from(">I", head, 16)[0]
            return _macho(head, offset) if offset + 4 <= len(head) else ()
        return _macho(head, 0)
    except struct.error as error:
        raise ValueError("executable whose headers are cut short") from error


def offset_of(found: tuple[Mapping, ...], address: int) -> int | None:
    """The offset in the file of the byte that is loaded at this address."""
    for mapping in found:
        if mapping.address <= address < mapping.address + mapping.size_bytes:
            return mapping.offset + address - mapping.address
    return None


def data_ranges(found: tuple[Mapping, ...]) -> Ranges | None:
    """The ranges of constants and variables; None if the linker put constants among the code."""
    if not any(mapping.executable for mapping in found) or all(mapping.executable or mapping.writable for mapping in found):
        return None
    return tuple(sorted((mapping.offset, mapping.offset + mapping.size_bytes) for mapping in found if not mapping.executable))


def writable_ranges(found: tuple[Mapping, ...]) -> Ranges:
    return tuple(sorted((mapping.offset, mapping.offset + mapping.size_bytes) for mapping in found if mapping.writable))


def within(ranges: Ranges, at: int, chunk: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a chunk that lies at ``at`` which are in one of the ranges, with their offsets."""
    end = at + len(chunk)
    for start, stop in ranges:
        if start < end and stop > at:
            low, high = max(start, at), min(stop, end)
            yield low, chunk[low - at : high - at]


def _pe(head: bytes) -> tuple[Mapping, ...]:
    start = unpack_from("<I", head, 0x3C)[0]
    if head[start : start + 4] != b"PE\0\0":
        return ()  # a program for DOS
    count, optional_bytes = unpack_from("<H12xH", head, start + 6)
    if count > MAX_ENTRIES:
        raise ValueError("PE file with too many sections")
    optional = start + 24
    wide = unpack_from("<H", head, optional)[0] == 0x20B
    base = unpack_from("<Q", head, optional + 24)[0] if wide else unpack_from("<I", head, optional + 28)[0]
    found = []
    for at in range(count):
        _, _, address, size, offset, flags = _PE_SECTION.unpack_from(head, optional + optional_bytes + at * 40)
        found.append(Mapping(base + address, offset, size, bool(flags & _PE_WRITABLE), bool(flags & _PE_EXECUTABLE)))
    return tuple(found)


def _macho(head: bytes, start: int) -> tuple[Mapping, ...]:
    magic = head[start : start + 4]
    if magic in (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf"):
        order = ">"
    elif magic in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"):
        order = "<"
    else:
        return ()
    count = unpack_from(f"{order}I", head, start + 16)[0]
    if count > MAX_ENTRIES:
        raise ValueError("Mach-O file with too many load commands")
    position = start + (32 if 0xCF in (magic[0], magic[3]) else 28)
    found = []
    for _ in range(count):
        command, size = unpack_from(f"{order}2I", head, position)
        if size < 8:
            raise ValueError("Mach-O load command without a size")
        if command in _SEGMENT_COMMANDS:
            _, _, _, address, _, offset, file_bytes, _, protection = unpack_from(
                order + _SEGMENT_COMMANDS[command], head, position
            )
            found.append(Mapping(address, start + offset, file_bytes, bool(protection & 2), bool(protection & 4)))
        position += size
    return tuple(found)

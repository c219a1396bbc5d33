"""The parts of an ELF file that the dynamic linker reads: its flags, the folders of libraries, the names it imports.

The tables may be parts of a file: ``Parts`` has the bytes that were kept, by their offset. If the imported names are not
among them, ``imports`` is None; folders that are not among them are left out. Raises ValueError if the table itself is not.
**Source:** System V gABI 4.1, chapter 5; the GNU hash section as binutils writes it.
"""

from collections.abc import Iterable
from itertools import islice
from struct import Struct as Layout
from struct import unpack_from

from msgspec import Struct

from .elf import PT_LOAD, Elf

PT_DYNAMIC, PT_INTERP, PT_PHDR, PT_GNU_RELRO, PT_GNU_PROPERTY = 2, 3, 6, 0x6474E552, 0x6474E553
MAX_DYNAMIC_BYTES = 64 * 1024
MAX_SYMBOLS = 100_000
MAX_NAME_BYTES = 512  # longer names are left out
_HASH, _STRTAB, _SYMTAB, _RPATH, _TEXTREL, _BIND_NOW, _RUNPATH = 4, 5, 6, 15, 22, 24, 29
_FLAGS, _GNU_HASH, _FLAGS_1 = 30, 0x6FFFFEF5, 0x6FFFFFFB
_IN_FLAGS = {"textrel": 4, "bind_now": 8}
_NOW, _PIE = 1, 0x0800_0000
_SYMBOLS = {
    (32, "<"): Layout("<I8xBxH"), (32, ">"): Layout(">I8xBxH"), (64, "<"): Layout("<IBxH16x"), (64, ">"): Layout(">IBxH16x"),
}  # fmt: skip


class Parts:
    """Bytes of a file that were kept, by their offset."""

    def __init__(self, parts: Iterable[tuple[int, bytes | bytearray]]) -> None:
        self._parts = [(start, bytes(data)) for start, data in parts]

    def at(self, offset: int, size: int) -> bytes | None:
        """The bytes at an offset, up to ``size``; None if the offset was not kept."""
        data, at = self.around(offset)
        return data[at : at + size] if data else None

    def around(self, offset: int) -> tuple[bytes, int]:
        """The part that has the byte at this offset, and the offset in it; an empty part if none has."""
        for start, data in self._parts:
            if start <= offset < start + len(data):
                return data, offset - start
        return b"", 0


class Dynamic(Struct, frozen=True):
    """The entries of an ELF file's dynamic table. ``imports`` is None if none of the parts contains the names.
    ``position``: the linker marked the file as a position-independent executable."""

    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    bind_now: bool = False
    text_relocations: bool = False
    position: bool = False
    imports: frozenset[bytes] | None = None


def read_dynamic(elf: Elf, parts: Parts) -> Dynamic | None:
    """Reads the dynamic table; None if the file has none. Raises ValueError if the table is not among the parts that
    were kept."""
    segment = elf.by_type.get(PT_DYNAMIC)
    table = parts.at(segment.offset, min(segment.size_bytes, MAX_DYNAMIC_BYTES)) if segment else None
    if segment is None or table is None:
        if segment is None or not segment.size_bytes:
            return None
        raise ValueError("the dynamic table of the ELF file lies outside of what was read")
    layout = Layout(elf.order + ("2I" if elf.bits == 32 else "2Q"))
    values: dict[int, int] = {}
    for tag, value in layout.iter_unpack(table[: len(table) - len(table) % layout.size]):
        if tag == 0:
            break
        if tag not in values:
            values[tag] = value
    strings = _offset(elf, values.get(_STRTAB, 0))
    flags, more = values.get(_FLAGS, 0), values.get(_FLAGS_1, 0)
    return Dynamic(
        rpath=_folders(parts, strings, values.get(_RPATH)),
        runpath=_folders(parts, strings, values.get(_RUNPATH)),
        bind_now=_BIND_NOW in values or bool(flags & _IN_FLAGS["bind_now"] or more & _NOW),
        text_relocations=_TEXTREL in values or bool(flags & _IN_FLAGS["textrel"]),
        position=bool(more & _PIE),
        imports=_imports(elf, parts, values, strings),
    )


def _imports(elf: Elf, parts: Parts, values: dict[int, int], strings: int | None) -> frozenset[bytes] | None:
    table = _offset(elf, values.get(_SYMTAB, 0))
    if table is None or strings is None:
        return None
    layout = _SYMBOLS[elf.bits, elf.order]
    count = _count(elf, parts, values, table, strings, layout.size)
    data = parts.at(table, count * layout.size)
    texts, first = parts.around(strings)
    if data is None or len(data) < count * layout.size or not texts:
        return None
    places = [first + name for name, _, section in layout.iter_unpack(data) if section == 0 and name]
    find = texts.find
    return frozenset({texts[at:end] for at in places if (end := find(b"\0", at, at + MAX_NAME_BYTES)) >= 0})


def _count(elf: Elf, parts: Parts, values: dict[int, int], table: int, strings: int, size: int) -> int:
    """The number of symbols to read: imported symbols precede those with a hash."""
    hashed = _offset(elf, values.get(_GNU_HASH, 0))
    head = parts.at(hashed, 8) if hashed is not None else None
    if head is not None and len(head) == 8:
        first = int(unpack_from(elf.order + "2I", head)[1])
        if first > 1:
            return min(first, MAX_SYMBOLS)
    plain = _offset(elf, values.get(_HASH, 0))
    head = parts.at(plain, 8) if plain is not None else None
    if head is not None and len(head) == 8:
        return min(int(unpack_from(elf.order + "2I", head)[1]), MAX_SYMBOLS)
    return min((strings - table) // size, MAX_SYMBOLS) if strings > table else 0


def _folders(parts: Parts, strings: int | None, at: int | None) -> tuple[str, ...]:
    text = _name(parts, strings, at) if at is not None else ""
    return tuple(islice(text.split(":"), 50)) if text else ()


def _name(parts: Parts, strings: int | None, at: int) -> str:
    text = parts.at(strings + at, MAX_NAME_BYTES) if strings is not None else None
    return text.partition(b"\0")[0].decode("utf-8", "replace") if text else ""


def _offset(elf: Elf, address: int) -> int | None:
    """The offset in the file of the byte that is loaded at this address."""
    if not address:
        return None
    for segment in elf.segments:
        if segment.type == PT_LOAD and segment.address <= address < segment.address + segment.size_bytes:
            return segment.offset + address - segment.address
    return None

"""What a shared library's functions return that only return a constant (a number, a text, or several numbers), and what its
variables hold.

Libraries without a version in their texts have such a function (``WebPGetDecoderVersion``). Compilers make the same few
instructions of it: load, return. Those of x86-64 and AArch64 are read, nothing is executed.
Raises: ValueError for impossible tables; a function that does more is None.
**Source:** Intel SDM, volume 2; Arm ARM, C6.2; System V gABI 4.1, "Symbol table".
"""

import io
import re
from collections.abc import Iterable
from struct import Struct as Layout
from struct import unpack_from

from careen.safety.pattern import pattern

from .elf import Elf, read_elf, sections
from .segments import mappings, offset_of

MAX_SYMBOLS = 100_000
MAX_TEXT_BYTES = 64
_CODE_BYTES, _LONG_CODE_BYTES = 64, 4096
_X86_64, _AARCH64 = 62, 183
_BEGIN, _END = rb"(?:\xf3\x0f\x1e\xfa)?(?:\x55\x48\x89\xe5)?", rb"\x5d?(?:\xc3|\xf2\xc3|\xf3\xc3)"
_NUMBER = pattern(_BEGIN + rb"\xb8(.{4})" + _END, re.DOTALL)  # mov eax, number; ret
_ADDRESS = pattern(_BEGIN + rb"\x48\x8d\x05(.{4})" + _END, re.DOTALL)  # lea rax, [rip + offset]; ret
_STORED = pattern(
    _BEGIN + rb"((?:\xc7[\x02\x06\x07].{4}){2,3})" + _END, re.DOTALL
)  # mov dword [rdi], number; the same for rsi, rdx
_INTO_STRUCTURE = pattern(rb"\xc7(?:[\x40-\x43\x45-\x47]|\x44.).(.{4})", re.DOTALL)  # mov dword [register + offset], number
_FUNCTION, _VARIABLE = 2, 1  # types of symbols
_POINTER_BYTES = 8
_RELATIVE = {_X86_64: (8).to_bytes(8, "little"), _AARCH64: (1027).to_bytes(8, "little")}  # the type of a relocation
_BY_REGISTER = b"\x07\x06\x02"  # the first arguments: rdi, rsi, rdx
_RETURN, _HINT, _MOVZ = 0xD65F03C0, 0xD503201F, 0x52800000


class Functions:
    """The exported functions of an ELF file for x86-64 or AArch64; of any other file none."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._mappings = mappings(data)
        elf = read_elf(data)
        self._machine = elf.machine if elf.bits == 64 and elf.order == "<" else 0
        relocations = sections(io.BytesIO(data), elf).get(".rela.dyn") if self._machine else None
        self._relocations = (relocations.offset, relocations.offset + relocations.size_bytes) if relocations else (0, 0)
        self._symbols, self._variables = _symbols(data, elf) if self._machine in (_X86_64, _AARCH64) else ({}, {})

    def names(self) -> Iterable[str]:
        """Of functions and variables."""
        return (*self._symbols, *self._variables)

    def number(self, symbol: str) -> int | None:
        code = self._code(symbol)
        if self._machine == _X86_64:
            found = _NUMBER.match(code)
            return int.from_bytes(found[1], "little") if found else None
        return _registers(code, self._symbols.get(symbol, 0)).get(0)

    def text(self, symbol: str) -> str | None:
        code = self._code(symbol)
        if self._machine == _X86_64:
            found = _ADDRESS.match(code)
            target = self._symbols[symbol] + found.end(1) + unpack_from("<i", found[1])[0] if found else None
        else:
            target = _registers(code, self._symbols.get(symbol, 0)).get(0)
        return self._text_at(target) if target else None

    def stored(self, symbol: str) -> tuple[int, ...] | None:
        """The numbers that the function stores at the addresses in its first arguments, in their order; None if it
        does more."""
        code = self._code(symbol)
        if self._machine == _AARCH64:
            found: dict[int, int] = {}
            _registers(code, self._symbols.get(symbol, 0), found)
            return tuple(found[at] for at in sorted(found)) or None
        match = _STORED.match(code)
        if not match:
            return None
        by_register = {
            match[1][at + 1]: int.from_bytes(match[1][at + 2 : at + 6], "little") for at in range(0, len(match[1]), 6)
        }
        return tuple(by_register[register] for register in _BY_REGISTER if register in by_register)

    def into_structure(self, symbol: str, least: int, most: int) -> int | None:
        """The number between ``least`` and ``most`` that a longer function stores in a structure; None unless there
        is exactly one."""
        code = self._code(symbol, _LONG_CODE_BYTES)
        if self._machine == _X86_64:
            found = {int.from_bytes(match[1], "little") for match in _INTO_STRUCTURE.finditer(code)}
        else:
            words = (unpack_from("<I", code, at)[0] for at in range(0, len(code) - 3, 4))
            found = {word >> 5 & 0xFFFF for word in words if word & 0xFFE00000 == _MOVZ}
        fitting = [number for number in found if least <= number <= most]
        return fitting[0] if len(fitting) == 1 else None

    def variable_text(self, symbol: str) -> str | None:
        """The text in an array of characters, or the one that a pointer points to."""
        address, size = self._variables.get(symbol, (0, 0))
        target = self._pointer(address) if size == _POINTER_BYTES else None
        text = (self._text_at(target) if target else None) or self._text_at(address)
        return text if text and text.rstrip("\n").isprintable() else None

    def pointed_text(self, symbol: str, offset: int) -> str | None:
        """The text that the pointer at this offset of a structure points to."""
        address, size = self._variables.get(symbol, (0, 0))
        target = self._pointer(address + offset) if offset + _POINTER_BYTES <= size else None
        return self._text_at(target) if target else None

    def variable_number(self, symbol: str) -> int | None:
        address, size = self._variables.get(symbol, (0, 0))
        start = offset_of(self._mappings, address) if size in (1, 2, 4) else None
        return int.from_bytes(self._data[start : start + size], "little") if start is not None else None

    def _pointer(self, address: int) -> int | None:
        """What the dynamic linker writes to the address: a relocation says it, and sometimes the file has it in place."""
        at = self._data.find(address.to_bytes(8, "little") + _RELATIVE.get(self._machine, b""), *self._relocations)
        start = at + 16 if at >= 0 else offset_of(self._mappings, address)
        return unpack_from("<Q", self._data, start)[0] or None if start is not None and start + 8 <= len(self._data) else None

    def _text_at(self, address: int) -> str | None:
        start = offset_of(self._mappings, address)
        end = self._data.find(b"\0", start, start + MAX_TEXT_BYTES) if start is not None else -1
        return self._data[start:end].decode("latin-1") if end >= 0 else None

    def _code(self, symbol: str, size: int = _CODE_BYTES) -> bytes:
        start = offset_of(self._mappings, self._symbols[symbol]) if symbol in self._symbols else None
        return self._data[start : start + size] if start is not None else b""


def _symbols(data: bytes, elf: Elf) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """The address of each function that the file exports, and address and size of each variable, by name."""
    tables = sections(io.BytesIO(data), elf)
    symbols, names = tables.get(".dynsym"), tables.get(".dynstr")
    if not symbols or not names:
        return {}, {}
    layout = Layout("<IBBHQQ")
    count = symbols.size_bytes // layout.size
    if count > MAX_SYMBOLS or symbols.offset + count * layout.size > len(data):
        raise ValueError("impossible ELF symbol table")
    texts = data[names.offset : names.offset + names.size_bytes]
    functions: dict[str, int] = {}
    variables: dict[str, tuple[int, int]] = {}
    for at in range(count):
        name, kind, _, section, address, size = layout.unpack_from(data, symbols.offset + at * layout.size)
        if section and kind & 15 == _FUNCTION:
            functions[texts[name : texts.find(b"\0", name)].decode("latin-1")] = address
        elif section and kind & 15 == _VARIABLE:
            variables[texts[name : texts.find(b"\0", name)].decode("latin-1")] = (address, size)
    return functions, variables


def _registers(code: bytes, address: int, stored: dict[int, int] | None = None) -> dict[int, int]:
    """The registers of AArch64 after these instructions; {} unless they only load constants, store them and return."""
    found: dict[int, int] = {}
    for at in range(0, len(code) - 3, 4):
        word = unpack_from("<I", code, at)[0]
        target, source, immediate = word & 31, word >> 5 & 31, word >> 5 & 0xFFFF
        if word == _RETURN:
            return found
        if word & 0xFFFFF01F == _HINT:  # bti, paciasp
            continue
        if word & 0xFFE00000 == _MOVZ:
            found[target] = immediate
        elif word & 0xFFE00000 == 0x72A00000:  # movk, to the upper half
            found[target] = found.get(target, 0) & 0xFFFF | immediate << 16
        elif word & 0x9F000000 == 0x90000000:  # adrp
            pages = (word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3
            found[target] = (address + at & ~0xFFF) + ((pages ^ 0x100000) - 0x100000 << 12)
        elif word & 0xFFC00000 == 0x91000000 and source in found:  # add
            found[target] = found[source] + (word >> 10 & 0xFFF)
        elif word & 0xFFFFFC00 & ~0x3E0 == 0xB9000000 and stored is not None and source not in found:  # str
            stored[source] = found.get(target, 0)
        else:
            return {}
    return {}

"""How programs and libraries were built: the protections that their headers show.

Of an ELF file the headers, the dynamic table and the names of imported functions are read; of a PE file the headers. A
function of the C library that checks the size of a buffer has another name (``__memcpy_chk``), so that the imported names
show what was built with them. An executable without any name that could be checked shows nothing about it.
**Source:** System V gABI 4.1, chapters 4 and 5; x86-64 psABI and AArch64 ELF ABI, program properties; Microsoft PE Format,
"DLL characteristics"; the names are those that the GNU C library exports with a check.
"""

import struct
from collections.abc import Iterator
from operator import attrgetter
from struct import unpack_from

from careen.formats.binaries.dynamic import (
    PT_DYNAMIC,
    PT_GNU_PROPERTY,
    PT_GNU_RELRO,
    PT_INTERP,
    PT_PHDR,
    Dynamic,
    Parts,
    read_dynamic,
)
from careen.formats.binaries.elf import PT_GNU_STACK, PT_LOAD, Elf, Segment, headers_of, is_program, note_bytes
from careen.model.hardening import Build
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

ELF, PE = b"\x7fELF", b"MZ"
MAX_NAMES_BYTES = 16 << 20  # of the first segment, which has the names
MAX_SECTIONS_BYTES = 64 * 1024
MAX_SEGMENTS = 2  # with names, behind the dynamic table
SECTION_NAMES_BYTES = 2048  # linkers put them right before the table of sections
CANARY = frozenset((b"__stack_chk_fail", b"__stack_chk_fail_local", b"__stack_chk_guard", b"__intel_security_cookie"))
# Functions that the GNU C library has with and without a check.
FORTIFIABLE = frozenset((
    b"asprintf", b"confstr", b"dprintf", b"explicit_bzero", b"fdelt", b"fgets", b"fgets_unlocked", b"fgetws",
    b"fgetws_unlocked", b"fprintf", b"fread", b"fread_unlocked", b"fwprintf", b"getcwd", b"getdomainname", b"getgroups",
    b"gethostname", b"getlogin_r", b"gets", b"getwd", b"longjmp", b"mbsnrtowcs", b"mbsrtowcs", b"mbstowcs", b"memcpy",
    b"memmove", b"mempcpy", b"memset", b"obstack_printf", b"obstack_vprintf", b"poll", b"ppoll", b"pread", b"pread64",
    b"printf", b"ptsname_r", b"read", b"readlink", b"readlinkat", b"realpath", b"recv", b"recvfrom", b"snprintf", b"sprintf",
    b"stpcpy", b"stpncpy", b"strcat", b"strcpy", b"strlcat", b"strlcpy", b"strncat", b"strncpy", b"swprintf", b"syslog",
    b"ttyname_r", b"vasprintf", b"vdprintf", b"vfprintf", b"vfwprintf", b"vprintf", b"vsnprintf", b"vsprintf", b"vswprintf",
    b"vsyslog", b"vwprintf", b"wcpcpy", b"wcpncpy", b"wcrtomb", b"wcscat", b"wcscpy", b"wcslcat", b"wcslcpy", b"wcsncat",
    b"wcsncpy", b"wcsnrtombs", b"wcsrtombs", b"wcstombs", b"wctomb", b"wmemcpy", b"wmemmove", b"wmempcpy", b"wmemset",
    b"wprintf",
))  # fmt: skip
FORTIFIED = frozenset(b"__" + name + b"_chk" for name in FORTIFIABLE)
_OFFSET = attrgetter("offset")
_RUST = frozenset((b"_Unwind_GetIPInfo", b"_Unwind_Backtrace"))  # what its standard library imports, and C++ seldom does
_SYMBOL_TABLE = 2
_X86_FEATURES, _ARM_FEATURES = 0xC0000002, 0xC0000000
_BRANCHES_AND_RETURNS, _TARGETS = 3, 1
_DYNAMIC_BASE, _NX_COMPATIBLE, _GUARD = 0x40, 0x100, 0x4000


UNREAD = Build(format="", role="")


def read(file: File) -> "Scanner | None":
    head = file.data
    if not is_program(head):
        return None
    try:
        elf = headers_of(head)
    except ValueError:
        return None  # another reader states that it cannot be read
    return Scanner(head, elf, file.size_bytes)


def read_windows(file: File) -> Iterator[Build]:
    try:
        build = windows_build(file.data)
    except (ValueError, struct.error):
        build = UNREAD
    if build:
        yield build


class Scanner:
    """Keeps the parts of an ELF file that show how it was built."""

    def __init__(self, head: bytes, elf: Elf, size_bytes: int) -> None:
        self._head, self._elf = head, elf
        self.ranges = _ranges(elf, size_bytes)
        self._kept: list[list[bytes]] = [[] for _ in self.ranges]
        self._at = 0

    def feed(self, chunk: bytes) -> None:
        start, end = self._at, self._at + len(chunk)
        for (low, high), kept in zip(self.ranges, self._kept, strict=True):
            if low < end and high > start:
                kept.append(chunk[max(low - start, 0) : high - start])
        self._at = end

    def skip(self, size: int) -> None:
        self._at += size

    def facts(self) -> Iterator[Build]:
        kept = [(low, b"".join(pieces)) for (low, _), pieces in zip(self.ranges, self._kept, strict=True)]
        try:
            yield build_of(self._head, self._elf, Parts(kept))
        except (ValueError, struct.error):
            yield UNREAD


def _ranges(elf: Elf, size_bytes: int) -> list[tuple[int, int]]:
    """The ranges of a file that show how it was built: the segments with names, the dynamic table, the properties,
    and the table of sections with the bytes before it.

    Linkers put the names into the first segment; tools that edit a file later put them into one behind the dynamic
    table.
    """
    found: list[tuple[int, int]] = []
    by_type = elf.by_type
    if properties := by_type.get(PT_GNU_PROPERTY):
        found.append(_start(properties, MAX_SECTIONS_BYTES))
    if dynamic := by_type.get(PT_DYNAMIC):
        loaded = [segment for segment in elf.segments if segment.type == PT_LOAD]
        named = [segment for segment in loaded if segment.offset > dynamic.offset and not segment.flags & 1]
        first = min(loaded, key=_OFFSET, default=dynamic)
        found.append(_start(dynamic, MAX_SECTIONS_BYTES))
        found += [_start(segment, MAX_NAMES_BYTES) for segment in (first, *named[:MAX_SEGMENTS])]
    if elf.sections_at:
        table = min(elf.section_bytes * elf.section_count, MAX_SECTIONS_BYTES)
        found.append((max(elf.sections_at - SECTION_NAMES_BYTES, 0), elf.sections_at + table))
    return [(low, min(high, size_bytes)) for low, high in found if low < size_bytes]


def _start(segment: Segment, most: int) -> tuple[int, int]:
    return segment.offset, segment.offset + min(segment.size_bytes, most)


def build_of(head: bytes, elf: Elf, parts: Parts) -> Build:
    """How an ELF file was built, from its first bytes and its kept parts. Raises ValueError for impossible tables."""
    dynamic = read_dynamic(elf, parts)
    by_type = elf.by_type
    stack = by_type.get(PT_GNU_STACK)
    names = dynamic.imports if dynamic else None
    stripped, debug = _symbols(elf, parts)
    canary, fortified, fortifiable = _checked(names)
    return Build(
        format="elf",
        role=_role(elf, dynamic),
        position=elf.type == 3,
        relro=PT_GNU_RELRO in by_type,
        bind_now=bool(dynamic and dynamic.bind_now),
        no_exec_stack=stack is not None and not stack.flags & 1,
        canary=canary,
        text_relocations=bool(dynamic and dynamic.text_relocations),
        branches=_protects_branches(elf, parts),
        stripped=stripped,
        debug=debug,
        fortified=fortified,
        fortifiable=fortifiable,
        rpath=dynamic.rpath if dynamic else (),
        runpath=dynamic.runpath if dynamic else (),
        language=_language(head, names),
        listens=bool(names and b"listen" in names),
    )


def windows_build(head: bytes) -> Build | None:
    """How a PE file was built; None for a program for DOS. Raises ValueError for impossible headers."""
    from careen.formats.binaries.pe import read_pe

    pe = read_pe(head)
    if pe is None:
        return None
    start = unpack_from("<I", head, 0x3C)[0]
    (kind,) = unpack_from("<H", head, start + 22)
    (flags,) = unpack_from("<H", head, start + 24 + 70)
    return Build(
        format="pe",
        role="library" if kind & 0x2000 else "program",
        position=bool(flags & _DYNAMIC_BASE),
        relro=True,
        no_exec_stack=bool(flags & _NX_COMPATIBLE),
        branches=bool(flags & _GUARD),
        language="dotnet" if pe.managed else "",
    )


def _role(elf: Elf, dynamic: Dynamic | None) -> str:
    """The kind of an ELF file: "program", "static" (a program without interpreter) or "library".

    A program has an interpreter, or its program headers in memory; the linker marks a static one as a PIE.
    """
    if PT_INTERP in elf.by_type or elf.type == 2:
        return "program" if dynamic and PT_INTERP in elf.by_type else "static"
    if dynamic and dynamic.position:
        return "static"
    return "program" if PT_PHDR in elf.by_type and not dynamic else "library"


def _checked(names: frozenset[bytes] | None) -> tuple[bool | None, int, int]:
    """(whether there are canaries, the number of functions that check buffers, the number of those that could)."""
    if not names:
        return None, 0, 0
    fortified = len(names & FORTIFIED)
    return bool(names & CANARY), fortified, fortified + len(names & FORTIFIABLE)


def _symbols(elf: Elf, parts: Parts) -> tuple[bool | None, bool | None]:
    """(whether the symbols were stripped, whether data for debuggers are present); None for a value that could not be
    read."""
    if not elf.sections_at or not elf.section_count:
        return True, False
    size = elf.section_bytes
    wide = elf.bits == 64
    table = parts.at(elf.sections_at, size * elf.section_count)
    if size < (64 if wide else 40) or table is None or len(table) < size * elf.section_count:
        return None, None
    lowest = 4 if elf.order == "<" else 7  # byte of the type
    is_stripped = bytes((_SYMBOL_TABLE,)) not in table[lowest::size]
    names = None
    if elf.section_names < elf.section_count:
        layout = elf.order + ("2Q" if wide else "2I")
        offset, length = unpack_from(layout, table, elf.section_names * size + (24 if wide else 16))
        names = parts.at(offset, length) if length else None
    debug = None if names is None else any(mark in names for mark in (b".debug_info", b".zdebug_info"))
    return is_stripped, debug


def _protects_branches(elf: Elf, parts: Parts) -> bool:
    """Whether the program's own code is marked for CET (branches and returns) or BTI."""
    segment = elf.by_type.get(PT_GNU_PROPERTY)
    if segment is None:
        return False
    data = parts.at(segment.offset, min(segment.size_bytes, 4096)) or b""
    at, step = 16, 8 if elf.bits == 64 else 4  # behind the header of the note and its name
    while at + 12 <= len(data):
        kind, size, value = unpack_from(elf.order + "3I", data, at)
        if kind == _X86_FEATURES:
            return bool(value & _BRANCHES_AND_RETURNS == _BRANCHES_AND_RETURNS)
        if kind == _ARM_FEATURES:
            return bool(value & _TARGETS)
        at += 8 + max(-(-size // step) * step, step)
    return False


def _language(head: bytes, names: frozenset[bytes] | None) -> str:
    if any(note[12:16] == b"Go\0\0" for note in note_bytes(head)):
        return "go"
    return "rust" if names and names >= _RUST and b"__cxa_begin_catch" not in names else ""


CATALOGER = Cataloger(
    name="hardening",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(anywhere=True, magic=(ELF,), amount="stream"), read),
        Reader(Wants(anywhere=True, magic=(PE,), amount="head"), read_windows),
    ),
    fact=Build,
    role="hardening",
    limits="Files of macOS. Functions that a program has linked in.",
)

"""The content of one section, by name, from a stream of an executable: ELF, PE or Mach-O.

PE and Mach-O list their sections at the start, so the bytes are collected as they come. An ELF file lists them at its end:
everything after the loaded parts is kept, which includes sections for tools rather than for the running program; of a long
rest only the last ``MAX_REST_BYTES``. ``content`` is None if there is no such section or it was not kept.
Raises ValueError for impossible headers.  **Source:** System V gABI 4.1, chapter 4; Microsoft PE Format, "Section
table"; Mach-O file format reference, LC_SEGMENT.
"""

import io
import struct
from collections import deque
from struct import unpack_from
from typing import BinaryIO, cast

from careen.formats.binaries import elf

MAX_SECTION_BYTES = 16 << 20
MAX_REST_BYTES = 32 << 20
MAX_ENTRIES = 1024

_SEGMENTS = {0x1: (56, 68), 0x19: (72, 80)}  # load command -> bytes before its sections, bytes of each


class SectionScan:
    def __init__(self, head: bytes, name: bytes) -> None:
        self._name = name
        self._at = 0  # of the next byte
        self._kept: deque[tuple[int, bytes]] = deque()
        self._kept_bytes = 0
        self._head = head
        self._elf = elf.headers_of(head) if head.startswith(b"\x7fELF") else None
        self._from, self._to = self._wanted()

    @property
    def range(self) -> tuple[int, int]:
        """The offsets (from, to) of the bytes of the file that it needs."""
        return self._from, self._to

    def skip(self, size: int) -> None:
        self._at += size

    def feed(self, chunk: bytes) -> None:
        start, end = self._at, self._at + len(chunk)
        self._at = end
        if end <= self._from or start >= self._to:
            return
        if start < self._from:
            start, chunk = self._from, chunk[self._from - start :]
        self._kept.append((start, chunk))
        self._kept_bytes += len(chunk)
        while self._kept_bytes > MAX_REST_BYTES and len(self._kept) > 1:
            self._kept_bytes -= len(self._kept.popleft()[1])

    def content(self) -> bytes | None:
        if not self._kept:
            return None
        first = self._kept[0][0]
        data = b"".join(chunk for _, chunk in self._kept)
        if self._elf is None:
            if first > self._from or first + len(data) < self._to:
                return None  # the file ends early
            return data[self._from - first : self._to - first]
        if self._name + b"\0" not in data:
            return None  # most files: without the name there is no such section
        return _elf_section(self._elf, self._head, first, data, self._name.decode("latin-1"))

    def _wanted(self) -> tuple[int, int]:
        """The range of bytes to keep; (0, 0) for none."""
        if self._elf is not None:
            if not self._elf.sections_at:
                return 0, 0
            loaded = [segment.offset + segment.size_bytes for segment in self._elf.segments if segment.type == elf.PT_LOAD]
            return min(max(loaded, default=0), self._elf.sections_at), 1 << 63
        try:
            found = _pe(self._head, self._name) if self._head.startswith(b"MZ") else _macho(self._head, self._name)
        except struct.error as error:
            raise ValueError("executable with incomplete headers") from error
        offset, size = found or (0, 0)
        return (offset, offset + size) if size <= MAX_SECTION_BYTES else (0, 0)


def _elf_section(headers: elf.Elf, head: bytes, first: int, rest: bytes, name: str) -> bytes | None:
    """The content of a section of an ELF file, of which the beginning ``head`` and the end ``rest``, from the offset
    ``first`` on, were kept."""
    stream = cast(BinaryIO, _Parts(head, first, rest))
    try:
        section = elf.sections(stream, headers).get(name)
    except ValueError:
        return None  # a table in an unusual place, or an unreadable one
    if section is None or section.size_bytes > MAX_SECTION_BYTES or section.type == elf.SHT_NOBITS:
        return None
    stream.seek(section.offset)
    data = stream.read(section.size_bytes)
    return data if len(data) == section.size_bytes else None


class _Parts(io.RawIOBase):
    """A stream that has only its beginning and its end; reading elsewhere gives nothing."""

    def __init__(self, head: bytes, first: int, rest: bytes) -> None:
        self._head, self._first, self._rest, self._position = head, first, rest, 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset
        return offset

    def read(self, size: int | None = -1) -> bytes:
        at, size = self._position, size or 0
        if at >= self._first:
            return self._rest[at - self._first : at - self._first + size]
        return self._head[at : at + size] if at + size <= len(self._head) else b""


def _pe(head: bytes, name: bytes) -> tuple[int, int] | None:
    start = unpack_from("<I", head, 0x3C)[0]
    if head[start : start + 4] != b"PE\0\0":
        return None
    count, optional_bytes = unpack_from("<H12xH", head, start + 6)
    for at in range(min(count, MAX_ENTRIES)):
        title, size, _, stored, offset = unpack_from("<8s4I", head, start + 24 + optional_bytes + at * 40)
        if title.rstrip(b"\0") == name:
            return offset, min(size, stored) or stored  # the stored size is rounded up
    return None


def _macho(head: bytes, name: bytes) -> tuple[int, int] | None:
    order = "<" if head[:4] in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe") else ">"
    if head[:4] not in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf"):
        return None
    wide = 0xCF in (head[0], head[3])
    position = 32 if wide else 28
    for _ in range(min(unpack_from(f"{order}I", head, 16)[0], MAX_ENTRIES)):
        command, size = unpack_from(f"{order}2I", head, position)
        if size < 8:
            raise ValueError("Mach-O load command without a size")
        if command in _SEGMENTS:
            before, each = _SEGMENTS[command]
            count = unpack_from(f"{order}I", head, position + before - 8)[0]
            for at in range(position + before, position + before + min(count, MAX_ENTRIES) * each, each):
                if unpack_from("16s", head, at)[0].rstrip(b"\0") == name:
                    _, length, offset = unpack_from(f"{order}2QI" if wide else f"{order}3I", head, at + 32)
                    return offset, length
        position += size
    return None

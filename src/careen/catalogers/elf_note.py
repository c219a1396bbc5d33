"""Packages that executables and libraries name themselves, in the ELF note ``.note.package`` of distributions.

Shape: a note of the owner "FDO" and type 0xcafe1a7e whose content is JSON: type ("rpm", "deb", "apk", "alpm"), name, version,
architecture, os, osVersion. It identifies a file that was copied into an image without its package database; if the
database has the file, the note adds nothing and is dropped.
Raises: ValueError for an unreadable note.  **Source:** UAPI Group, "Package Metadata for Executable Files".
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from careen.formats.binaries.elf import PT_NOTE, headers_of
from careen.formats.binaries.segments import within
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern
from careen.safety.typed import from_json

MAX_NOTE_BYTES = 16 * 1024
MAX_SEGMENTS, MAX_SEGMENT_BYTES = 16, 64 * 1024
TYPES = ("rpm", "deb", "apk", "alpm")

_TYPE = 0xCAFE1A7E
_LITTLE, _BIG = _TYPE.to_bytes(4, "little") + b"FDO\0", _TYPE.to_bytes(4, "big") + b"FDO\0"
_WORD = pattern(r"[^\s\x00-\x1f]{1,200}")


class Note(Struct, rename={"os_version": "osVersion"}):
    type: str = ""
    name: str = ""
    version: str = ""
    architecture: str = ""
    os: str = ""
    os_version: str = ""


class NoteScan:
    """Collects the note segments of a file, which linkers put first, and some at the end of its read-only data."""

    def __init__(self, ranges: Sequence[tuple[int, int]], order: Literal["little", "big"]) -> None:
        self.ranges: Sequence[tuple[int, int]] | None = ranges
        self._parts: dict[int, bytearray] = {start: bytearray() for start, _ in ranges}
        self._at = 0
        self._order = order

    def feed(self, chunk: bytes) -> None:
        for start, stop in self.ranges or ():
            for _, piece in within(((start, stop),), self._at, chunk):
                self._parts[start] += piece
        self._at += len(chunk)

    def skip(self, size: int) -> None:
        self._at += size

    def facts(self) -> Iterator[Package]:
        for data in self._parts.values():
            if content := _content(bytes(data), self._order):
                yield _package(content)
                return


def read(file: File) -> NoteScan | None:
    try:
        segments = [segment for segment in headers_of(file.data).segments if segment.type == PT_NOTE]
    except ValueError:
        return None  # not a file that could run
    spans = {part.offset: part.offset + min(part.size_bytes, MAX_SEGMENT_BYTES) for part in segments[:MAX_SEGMENTS]}
    return NoteScan(tuple(sorted(spans.items())), "little" if file.data[5] == 1 else "big") if spans else None


def _package(content: bytes) -> Package:
    try:
        note = from_json(content, Note)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"unreadable package note: {error}") from None
    if not _WORD.fullmatch(note.name) or not _WORD.fullmatch(note.version):
        raise ValueError("package note without name or version")
    known = note.type in TYPES
    return Package(
        type=note.type if known else "generic",
        namespace=(note.os or None) if known else None,
        name=note.name,
        version=note.version,
        arch=note.architecture or None,
        distro=f"{note.os}-{note.os_version}".rstrip("-") if known and note.os else None,
        cataloger="elf_note",
        confidence=0.9,
    )


def _content(data: bytes, order: Literal["little", "big"]) -> bytes | None:
    """The content of the package note in a segment; None if there is none. The lengths of the owner's name and of the
    content precede the mark."""
    mark = _LITTLE if order == "little" else _BIG
    at = data.find(mark)
    if at < 8 or int.from_bytes(data[at - 8 : at - 4], order) != 4:
        return None
    size, start = int.from_bytes(data[at - 4 : at], order), at + len(mark)
    if size > MAX_NOTE_BYTES or start + size > len(data):
        raise ValueError("package note that reaches beyond its segment, or over 16 KiB")
    return data[start : start + size].rstrip(b"\0")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from (fact.path for fact in facts)


CATALOGER = Cataloger(
    name="elf_note",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(executables=True, magic=(b"\x7fELF",), amount="stream"), read),),
    identifies=identifies,
    limits="Notes behind others of more than 64 KiB.",
)

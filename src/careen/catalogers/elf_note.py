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

from careen.formats.binaries.elf import note_bytes
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern
from careen.safety.typed import from_json

MAX_NOTE_BYTES = 16 * 1024
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


def read(file: File) -> Iterator[Package]:
    content = _content(file.data)
    if content is None:
        return
    try:
        note = from_json(content, Note)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"unreadable package note: {error}") from None
    if not _WORD.fullmatch(note.name) or not _WORD.fullmatch(note.version):
        raise ValueError("package note without name or version")
    known = note.type in TYPES
    yield Package(
        type=note.type if known else "generic",
        namespace=(note.os or None) if known else None,
        name=note.name,
        version=note.version,
        arch=note.architecture or None,
        distro=f"{note.os}-{note.os_version}".rstrip("-") if known and note.os else None,
        cataloger="elf_note",
        confidence=0.9,
    )


def _content(head: bytes) -> bytes | None:
    """The content of the package note; None if there is none. The lengths of the owner's name and of the content
    precede the mark."""
    try:
        notes = note_bytes(head)
    except ValueError:
        return None  # not a file that could run
    order: Literal["little", "big"] = "little" if head[5] == 1 else "big"
    mark = _LITTLE if order == "little" else _BIG
    for data in notes:
        at = data.find(mark)
        if at < 8 or int.from_bytes(data[at - 8 : at - 4], order) != 4:
            continue
        size, start = int.from_bytes(data[at - 4 : at], order), at + len(mark)
        if size > MAX_NOTE_BYTES or start + size > len(data):
            raise ValueError("package note that reaches beyond its segment or the first 64 KiB of the file")
        return data[start : start + size].rstrip(b"\0")
    return None


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from (fact.path for fact in facts)


CATALOGER = Cataloger(
    name="elf_note",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(executables=True, magic=(b"\x7fELF",), amount="head"), read),),
    identifies=identifies,
    limits="Notes after the first 64 KiB of a file.",
)

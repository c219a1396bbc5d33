"""The metadata of a Windows executable or library: whether .NET runs it, and the strings of its version resource.

``read_pe`` needs the headers only, the first kilobytes, and gives the place of the resources: offset and size in bytes of
the file. ``version_strings`` takes these bytes and returns the strings of the first table ("FileVersion", "InternalName"…).
Raises: ValueError for impossible headers or resources.
**Source:** Microsoft PE Format; VS_VERSIONINFO and StringFileInfo structures; ECMA-335, II.25.
"""

import struct
from collections.abc import Iterator
from struct import unpack_from

from msgspec import Struct

MAX_SECTIONS = 96
MAX_ENTRIES = 4096  # of a resource folder, and of children of a version block
MAX_STRING = 1000
_RESOURCES, _RUNTIME = 2, 14  # data directories
_VERSION_TYPE = 16
_FOLDER = 0x8000_0000
_BLOCK_HEADER = 6


class Pe(Struct, frozen=True):
    """The metadata in the headers. ``managed``: the file has a header for the .NET runtime. Without resources,
    ``resources_bytes`` is 0."""

    managed: bool
    resources_at: int
    resources_bytes: int
    resources_address: int


def read_pe(head: bytes) -> Pe | None:
    """Reads the headers of a Windows program; None for a program for DOS, which begins alike."""
    try:
        start = unpack_from("<I", head, 0x3C)[0]
        if head[start : start + 4] != b"PE\0\0":
            return None
        count, optional_bytes = unpack_from("<H12xH", head, start + 6)
        optional = start + 24
        magic = unpack_from("<H", head, optional)[0]
        if magic not in (0x10B, 0x20B) or count > MAX_SECTIONS:
            raise ValueError("PE file with too many sections, or an optional header of another kind")
        directories = optional + (112 if magic == 0x20B else 96)
        known = unpack_from("<I", head, directories - 4)[0]
        address, size = _directory(head, directories, known, _RESOURCES)
        managed = _directory(head, directories, known, _RUNTIME)[0] != 0
        for at in range(count):
            virtual, begin, bytes_in_file, offset = unpack_from("<4I", head, optional + optional_bytes + at * 40 + 8)
            if address and begin <= address < begin + max(virtual, bytes_in_file):
                inside = address - begin
                return Pe(managed, offset + inside, max(0, min(size, bytes_in_file - inside)), address)
    except struct.error:
        raise ValueError("PE file whose headers are cut short") from None
    return Pe(managed, 0, 0, 0)


def version_strings(resources: bytes, address: int) -> dict[str, str]:
    """The strings of the version resource, {} if there are none. ``address`` is that at which the resources are
    loaded: their pointers count from there."""
    try:
        place = _version_block(resources)
        if place is None:
            return {}
        begin, size = unpack_from("<2I", resources, place)
        if begin < address or begin - address >= len(resources):
            raise ValueError("PE version resource that lies elsewhere")
        return dict(_strings(resources[begin - address :][:size]))
    except struct.error:
        raise ValueError("PE resources that are cut short") from None


def _directory(head: bytes, directories: int, known: int, number: int) -> tuple[int, int]:
    if number >= known:
        return 0, 0
    address, size = unpack_from("<2I", head, directories + number * 8)
    return address, size


def _version_block(resources: bytes) -> int | None:
    """The position of the version resource's data entry; None if there is none.

    There are three levels of folders (type, name, language); of the last two, the first entry is taken.
    """
    place = 0
    for wanted in (_VERSION_TYPE, None, None):
        named, numbered = unpack_from("<2H", resources, place + 12)
        for at in range(min(named + numbered, MAX_ENTRIES)):
            identity, target = unpack_from("<2I", resources, place + 16 + at * 8)
            if wanted is None or identity == wanted:
                place = target & ~_FOLDER
                break
        else:
            return None
    return place


def _strings(block: bytes) -> Iterator[tuple[str, str]]:
    """The (key, value) pairs in a version block: VS_VERSIONINFO contains StringFileInfo, which contains a table of
    strings for each language."""
    for kind, _, inside in _children(block, *_opened(block, 0, len(block))):
        if kind == "StringFileInfo":
            for _, _, strings in _children(block, *inside):
                for key, value, _ in _children(block, *strings):
                    yield key, value.split("\0", 1)[0].strip()[:MAX_STRING]
                return


def _children(block: bytes, position: int, end: int) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """(key, value as text, range of its own children) of each block in a range."""
    for _ in range(MAX_ENTRIES):
        if position + _BLOCK_HEADER > end:
            return
        length, value_length, is_text = unpack_from("<3H", block, position)
        if length < _BLOCK_HEADER:
            return
        last = min(position + length, end)
        key, value_at = _key(block, position + _BLOCK_HEADER, last)
        value = block[value_at : min(last, value_at + value_length * (2 if is_text else 1))] if is_text else b""
        yield key, value.decode("utf-16-le", "replace"), (_aligned(value_at + (0 if is_text else value_length)), last)
        position = _aligned(position + length)


def _opened(block: bytes, position: int, end: int) -> tuple[int, int]:
    """The range of the children of the outermost block, after its fixed part."""
    length, value_length = unpack_from("<2H", block, position)
    _, value_at = _key(block, position + _BLOCK_HEADER, end)
    return _aligned(value_at + value_length), min(position + length, end)


def _key(block: bytes, position: int, end: int) -> tuple[str, int]:
    """The UTF-16 text up to a NUL, and the position after it."""
    for at in range(position, min(end, position + 2 * MAX_STRING) - 1, 2):
        if block[at : at + 2] == b"\0\0":
            return block[position:at].decode("utf-16-le", "replace"), _aligned(at + 2)
    raise ValueError("PE version resource with a key that does not end")


def _aligned(position: int) -> int:
    return (position + 3) & ~3

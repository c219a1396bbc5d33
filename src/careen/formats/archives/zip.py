"""The members of a zip archive, from its central directory, and the content of any one of them.

Reads a seekable stream, and a directory of any length in constant memory (``walk``); stored and deflated members; zip64
sizes and offsets; data before the archive (a launcher script, a self-extracting program) is tolerated. Sizes are bytes.
Names are text as written and never used as paths on this machine. Raises ValueError for anything that is not such an archive,
for encrypted members, other methods, and over a limit.  **Source:** PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
"""

import zlib
from collections.abc import Iterator
from struct import Struct as Layout
from struct import unpack_from
from typing import Any, BinaryIO, cast

from msgspec import Struct

from careen.safety.budget import charge

from .window import Window
from .zip_members import deflated_bytes, first_bytes

MAX_ENTRIES = 1_000_000
MAX_NAME_BYTES = 8_192
MAX_DIRECTORY_BYTES = 256 << 20
MAX_TOTAL_BYTES = 32 << 30
MAX_RATIO = 400  # of members over 1 MiB: text of one kind reaches 100, a bomb 1,000

_END = Layout("<4s4H2LH")
_END64_LOCATOR = Layout("<4sLQL")
_END64 = Layout("<4sQ2H2L4Q")
_MEMBER = Layout("<4s4x2H4x3L3H8xL")
_LOCAL = Layout("<4s5H3L2H")
_MAX_MEMBER_BYTES = _MEMBER.size + 3 * 0xFFFF  # of the directory: name, extra field, comment
_WINDOW_BYTES = 1 << 20
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x0001, 0x0800


class Entry(Struct, frozen=True, gc=False):
    name: str
    size: int
    compressed_size: int
    method: int
    offset: int  # of the local header, in the stream
    crc: int
    flags: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


def entries(stream: BinaryIO, *, max_entries: int = MAX_ENTRIES, max_total_bytes: int = MAX_TOTAL_BYTES) -> list[Entry]:
    """The members in the order of the directory; a name may occur twice, and then the last one counts."""
    return list(walk(stream, max_entries=max_entries, max_total_bytes=max_total_bytes))


def walk(
    stream: BinaryIO,
    *,
    max_entries: int = MAX_ENTRIES,
    max_total_bytes: int = MAX_TOTAL_BYTES,
    max_directory_bytes: int = MAX_DIRECTORY_BYTES,
) -> Iterator[Entry]:
    """Yields the members one by one: their content may be read in between. Errors of the whole archive are raised at
    the end."""
    length = stream.seek(0, 2)
    count, start, size, shift = _directory(stream, length)
    if count > max_entries:
        raise ValueError(f"zip: {count} members, more than {max_entries}")
    if size > max_directory_bytes:
        raise ValueError("zip: directory too large")
    data, position, ahead = b"", 0, start
    found = total = compressed_total = 0
    while position < len(data) or ahead < start + size:
        if len(data) - position < _MAX_MEMBER_BYTES and ahead < start + size:
            stream.seek(ahead)
            more = stream.read(min(_WINDOW_BYTES, start + size - ahead))
            if not more:
                raise ValueError("zip: directory is cut short")
            data, position, ahead = data[position:] + more, 0, ahead + len(more)
        if found == max_entries:
            raise ValueError(f"zip: more than {max_entries} members")
        entry, position = _entry(data, position, shift)
        found += 1
        total += entry.size
        compressed_total += entry.compressed_size
        if entry.offset + _LOCAL.size + entry.compressed_size > length:
            raise ValueError("zip: a member lies outside of the archive")
        if total > max_total_bytes:
            raise ValueError(f"zip: more than {max_total_bytes} bytes inflated")
        if compressed_total > length:
            raise ValueError("zip: members overlap")
        yield entry
    if found != count and found & 0xFFFF != count:  # writers without zip64 count modulo 65,536
        raise ValueError("zip: the directory has another number of members than it states")


def counted(stream: BinaryIO) -> int:
    """The number of members that the archive states."""
    return _directory(stream, stream.seek(0, 2))[0]


def read(stream: BinaryIO, entry: Entry, limit_bytes: int) -> bytes:
    """The inflated content of a member, its length and checksum verified."""
    if entry.flags & _ENCRYPTED:
        raise ValueError("zip: encrypted member")
    if entry.method not in (_STORED, _DEFLATED):
        raise ValueError(f"zip: compression method {entry.method} is not supported")
    if entry.size > limit_bytes:
        raise ValueError(f"zip: member of {entry.size} bytes, more than {limit_bytes}")
    if entry.size > 1 << 20 and entry.size > entry.compressed_size * MAX_RATIO:
        raise ValueError(f"zip: member inflates to more than {MAX_RATIO} times its compressed size")
    if entry.compressed_size > limit_bytes + limit_bytes // 100 + 1024:
        raise ValueError("zip: compressed size of a member exceeds the limit for its inflated size")
    stream.seek(entry.offset)
    header = stream.read(_LOCAL.size)
    if len(header) != _LOCAL.size or header[:4] != b"PK\3\4":
        raise ValueError("zip: no member at the place in the directory")
    name_length, extra_length = unpack_from("<2H", header, 26)
    stream.seek(name_length + extra_length, 1)
    data = stream.read(entry.compressed_size)
    if len(data) != entry.compressed_size:
        raise ValueError("zip: member is cut short")
    if entry.method == _DEFLATED:
        data = _inflate(data, entry.size)
    if len(data) != entry.size or zlib.crc32(data) != entry.crc:
        raise ValueError("zip: member is damaged")
    return data


def head(stream: BinaryIO, entry: Entry, size: int) -> bytes:
    """The first bytes of a member's content, at most ``size``, not verified; b"" if they cannot be read."""
    stream.seek(entry.offset)
    header = stream.read(_LOCAL.size)
    if entry.flags & _ENCRYPTED or entry.method not in (_STORED, _DEFLATED) or header[:4] != b"PK\3\4":
        return b""
    if len(header) < _LOCAL.size:
        return b""
    stream.seek(sum(unpack_from("<2H", header, 26)), 1)
    data = stream.read(min(deflated_bytes(size), entry.compressed_size))
    return data[:size] if entry.method == _STORED else first_bytes(data, size)


def in_place(stream: BinaryIO, entry: Entry) -> BinaryIO | None:
    """A stored member as a stream over the archive, not verified; None if its content has to be inflated."""
    if entry.method != _STORED or entry.flags & _ENCRYPTED or entry.size != entry.compressed_size:
        return None
    stream.seek(entry.offset)
    header = stream.read(_LOCAL.size)
    if len(header) != _LOCAL.size or header[:4] != b"PK\3\4":
        raise ValueError("zip: no member at the place in the directory")
    return cast(BinaryIO, Window(stream, entry.offset + _LOCAL.size + sum(unpack_from("<2H", header, 26)), entry.size))


def _inflate(data: bytes, size: int) -> bytes:
    engine, errors = _engine()
    try:
        inflated: bytes = engine.decompress(data, size + 1)
    except errors as error:
        raise ValueError(f"zip: damaged deflate stream ({error})") from None
    charge(len(inflated))
    return inflated


def _engine() -> tuple[Any, Any]:
    try:
        from isal import isal_zlib

        return isal_zlib.decompressobj(-15), (isal_zlib.error, zlib.error)
    except ImportError:  # no wheel for this machine
        return zlib.decompressobj(-15), (zlib.error,)


def _directory(stream: BinaryIO, length: int) -> tuple[int, int, int, int]:
    """Locates the directory: (number of members, position in the stream, size in bytes, how far all offsets are
    shifted)."""
    tail_length = min(length, _END.size + 0xFFFF)
    stream.seek(length - tail_length)
    tail = stream.read(tail_length)
    at = len(tail)
    while True:
        at = tail.rfind(b"PK\5\6", 0, at)
        if at < 0:
            raise ValueError("zip: no end of central directory")
        if at + _END.size <= len(tail):
            _, disk, first_disk, _, count, size, offset, comment = _END.unpack_from(tail, at)
            if at + _END.size + comment <= len(tail):
                break
    if disk not in (0, 0xFFFF) or first_disk not in (0, 0xFFFF):
        raise ValueError("zip: archive in several volumes")
    end = length - tail_length + at
    if 0xFFFF in (count, disk) or 0xFFFFFFFF in (size, offset):
        count, size, offset, end = _zip64(stream, end, (count, size, offset))
    start = end - size
    if start < 0 or start < offset:
        raise ValueError("zip: directory lies outside of the archive")
    return count, start, size, start - offset


def _zip64(stream: BinaryIO, end: int, plain: tuple[int, int, int]) -> tuple[int, int, int, int]:
    if end < _END64_LOCATOR.size + _END64.size:
        return (*plain, end)  # exactly 65,535 members need no zip64
    stream.seek(end - _END64_LOCATOR.size)
    signature, _, position, _ = _END64_LOCATOR.unpack(stream.read(_END64_LOCATOR.size))
    if signature != b"PK\6\7":
        return (*plain, end)
    for at in (position, end - _END64_LOCATOR.size - _END64.size):  # the second: data was put before the archive
        if at + _END64.size > end:
            continue
        stream.seek(at)
        record = _END64.unpack(stream.read(_END64.size))
        if record[0] == b"PK\6\6":
            return record[7], record[8], record[9], at
    raise ValueError("zip: no zip64 end of central directory")


def _entry(data: bytes, position: int, shift: int) -> tuple[Entry, int]:
    if position + _MEMBER.size > len(data):
        raise ValueError("zip: directory is cut short")
    (
        signature, flags, method, crc, compressed_size, size, name_length, extra_length, comment_length, offset,
    ) = _MEMBER.unpack_from(data, position)  # fmt: skip
    if signature != b"PK\1\2":
        raise ValueError("zip: damaged directory")
    name_at = position + _MEMBER.size
    extra_at = name_at + name_length
    following = extra_at + extra_length + comment_length
    if following > len(data):
        raise ValueError("zip: directory is cut short")
    if name_length > MAX_NAME_BYTES:
        raise ValueError("zip: a member's name is too long")
    if size == 0xFFFFFFFF or compressed_size == 0xFFFFFFFF or offset == 0xFFFFFFFF:
        size, compressed_size, offset = _wide(data[extra_at : extra_at + extra_length], [size, compressed_size, offset])
    name = _text(data[name_at:extra_at], flags)
    return Entry(name, size, compressed_size, method, offset + shift, crc, flags), following


def _wide(extra: bytes, values: list[int]) -> list[int]:
    """Replaces, in ``values``, those that did not fit into 32 bits by the numbers of the zip64 extra field, and
    returns all."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = unpack_from("<2H", extra, position)
        position += 4
        if kind == 1:
            end = min(position + length, len(extra))
            for index, value in enumerate(values):
                if value == 0xFFFFFFFF:
                    if position + 8 > end:
                        raise ValueError("zip: damaged zip64 field")
                    values[index] = unpack_from("<Q", extra, position)[0]
                    position += 8
            break
        position += length
    return values


def _text(name: bytes, flags: int) -> str:
    if name.isascii() or flags & _UTF8:
        return name.decode("utf-8", "replace")
    try:
        return name.decode("utf-8")  # most writers that do not set the flag write UTF-8 nevertheless
    except UnicodeDecodeError:
        return name.decode("cp437")

"""The members of a tar stream, in order, as container engines read them: with the rules of Go's archive/tar.

A pull parser that copies only the content that the caller reads. Understands old tar, ustar, PAX, GNU long names, GNU and PAX
sparse files and base-256 numbers. A member that other programs read differently, or that engines refuse, has a ``doubt``
(docs/archives.md has the table). Names come out clean: relative, without "." or empty parts.
Raises: ValueError if engines refuse the archive (members given before are good), OverBudgetError for what no tool writes.
Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
"""

import struct
import zlib
from collections.abc import Iterator

from .tar_entry import BLOCK, KINDS, Doubt, Member, Source, header_block
from .tar_member import clean, member_of
from .tar_number import is_plain, number, octal

__all__ = ["Doubt", "Member", "Source", "confined", "content", "members", "pieces"]

PIECE_BYTES = 1 << 20
_PLAIN = {kind: letter for kind, letter in KINDS.items() if kind not in (b"7", b"S", b"1")}
_DETOURS = ("", "/", ".")  # first characters of a name that has to be cleaned; "" is that of an empty name
_PLAIN_HEADER = struct.Struct("100s 8s 8s 8s 12s 12s 8s c 100s 72x 183s")
# The usual end of a header, after the owners: no device numbers, no prefix, no fields of other formats.
_PLAIN_RESTS = (b"0000000\0" * 2 + bytes(167), bytes(183), b"000000 \0" * 2 + bytes(167))
_MOST_NUMBERS = 16384  # different modes, owners and sizes that are cached
_MOST_SUMS = 32768  # different checksums that are cached


def members(source: Source) -> Iterator[Member]:
    """Yields every member; the caller may read up to ``stored_bytes`` of its content before it requests the next.

    Nearly all headers are plain (``_PLAIN``, ASCII, a clean name). They are parsed here, since a layer has tens of thousands
    of them; ``member_of`` parses all others.
    """
    numbers, sizes, sums = _Numbers(), _Sizes(), _Sums()
    unpack, adler32, made = _PLAIN_HEADER.unpack, zlib.adler32, tuple.__new__
    while True:
        at = source.at
        end = at + BLOCK
        if end <= len(source.data):
            block = source.data[at:end]
            source.at = end
        else:
            block = source.read(BLOCK)
        if len(block) < BLOCK or block[0] == 0:
            block = header_block(source, block)
            if not block:
                return
        name, mode, uid, gid, size, mtime, checksum, kind, link, rest = unpack(block)
        letter = _PLAIN.get(kind)
        plain = rest in _PLAIN_RESTS
        path = name.partition(b"\0")[0].decode() if plain and letter and block.isascii() else ""
        if path[:2] == "./":
            path = path[2:]
        if (
            path[:1] in _DETOURS
            or "/." in path
            or "//" in path
            or (letter != "d" and path[-1] == "/")
            or adler32(block) & 0xFFFF != sums[checksum]
            or (stored := sizes[size]) < 0
            or (letter != "f" and (stored or (letter == "l" and not link[0])))
            or mtime.strip(b"01234567\0")
        ):
            found = member_of(source, block)
            if found is None:
                return
            member, stored = found, found.stored_bytes
        else:
            member = made(
                Member,
                (
                    path[:-1] if path[-1] == "/" else path,
                    letter,
                    numbers[mode] & 0o7777,
                    numbers[uid],
                    numbers[gid],
                    stored,
                    link.partition(b"\0")[0].decode() if link[0] else "",
                    stored,
                    None,
                    False,
                    path,
                    False,
                    None,
                    0,
                ),
            )
        if not stored:
            yield member
            continue
        end = source.before + source.at + stored
        yield member
        padding = -stored % BLOCK
        at = end + padding - source.before
        if source.at <= at <= len(source.data):
            source.at = at
            continue
        rest_bytes = at - source.at
        if source.skip(rest_bytes) < rest_bytes - padding:
            raise ValueError(f"the archive breaks off in {member.raw_name[:200]!r}")


def content(source: Source, member: Member, piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    """The content of the current member, holes of sparse files filled with zeros, in bounded pieces."""
    if member.sparse is None:
        yield from pieces(source, member.stored_bytes, piece_bytes)
        return
    at = 0
    for offset, length in (*member.sparse, (member.size_bytes, 0)):
        while at < offset:
            hole = min(piece_bytes, offset - at)
            at += hole
            yield bytes(hole)
        for piece in pieces(source, length, piece_bytes):
            at += len(piece)
            yield piece


def confined(name: str) -> str:
    """The path of a name that leads out of the root, as containerd takes it: the root has no folder above it."""
    return clean(name)[0]


def pieces(source: Source, size: int, piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    """The next ``size`` bytes of a member's content, in parts. Raises ValueError if the archive ends before."""
    while size:
        piece = source.read(min(size, piece_bytes))
        if not piece:
            raise ValueError("the archive breaks off in the content of a file")
        size -= len(piece)
        yield piece


class _Numbers(dict[bytes, int]):
    """Cache of header fields and their numbers: the same few occur again and again."""

    def __missing__(self, field: bytes) -> int:
        value = number(field)
        if len(self) < _MOST_NUMBERS:
            self[field] = value
        return value


class _Sizes(_Numbers):
    """Cache of sizes; -1 for fields that ``member_of`` has to parse."""

    def __missing__(self, field: bytes) -> int:
        if field[11] or not field[:11].isdigit():  # not the usual form
            value = number(field) if is_plain(field) else -1
        else:
            value = int(field[:11], 8)
        if len(self) < _MOST_NUMBERS:
            self[field] = value
        return value


class _Sums(dict[bytes, int]):
    """Cache: from a checksum field to the low 16 bits of Adler-32 over the block, if the checksum is right.

    These bits are the sum of all bytes plus one, modulo 65521, and the sum of a block of ASCII is lower. ``zlib.adler32`` thus
    verifies the checksum, faster than a sum in Python. -1 for fields that ``member_of`` has to parse.
    """

    def __missing__(self, field: bytes) -> int:
        digits = field[:6]
        try:  # six digits, NUL, blank, the usual form
            value = int(digits, 8) if field[6:] == b"\0 " and digits.isdigit() else octal(field)
        except ValueError:
            return -1
        expected = value - 8 * 32 + sum(field) + 1  # the field itself counts as spaces
        expected = expected if expected < 65521 else -1
        if len(self) < _MOST_SUMS:
            self[field] = expected
        return expected

"""The members of a tar stream, in order, as container engines read them: with the rules of Go's archive/tar.

A small pull walker that copies nothing it is not asked for. Understands old tar, ustar, PAX, GNU long names, GNU and PAX
sparse files and base-256 numbers. A member that other programs read differently, or that engines refuse, has a ``doubt``
(docs/archives.md has the table). Names come out clean: relative, without "." or empty parts.
Raises: ValueError where engines refuse the archive (what was given before is good), OverBudgetError for what no tool writes.
Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from careen.errors import OverBudgetError

from .pax_records import CAPABILITIES, Records, checked, global_doubt, records, text
from .tar_number import is_plain, number, octal

BLOCK = 512
PIECE_BYTES = 1 << 20
EXTENSION_BYTES = 1 << 20  # of one block of PAX records or long name: as many as engines take
MOST_EXTENSIONS = 64  # in a row, before one member


class Source(Protocol):
    """As ``formats.archives.inflate.Stream``: ``data`` is at hand, ``at`` the place in it, ``before`` what was before it."""

    data: bytes
    at: int
    before: int

    @property
    def position(self) -> int: ...

    def read(self, size: int) -> bytes: ...
    def skip(self, size: int) -> int: ...


class Doubt(NamedTuple):
    """Why a member is not the same to everybody. ``refused``: engines do not take an archive that holds it."""

    reason: str
    refused: bool = False


class Member(NamedTuple):
    """One entry. ``kind``: f file, d folder, l symbolic link, h hard link, c b p devices and pipes, g a global header,
    which is no file, and ? of a type that engines do not know.

    ``path`` is "" for the root folder itself and for names that lead out of the root (``escapes``).
    ``stored_bytes`` follow in the stream and are the content, unless ``sparse`` maps them: (offset, length) pairs.
    ``records`` counts the PAX records and parts of sparse files that were read for it.
    """

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    size_bytes: int
    link: str
    stored_bytes: int
    sparse: tuple[tuple[int, int], ...] | None
    escapes: bool
    raw_name: str
    capabilities: bool = False  # the file gives its process capabilities (Linux capabilities(7), "File capabilities")
    doubt: Doubt | None = None
    records: int = 0


_KINDS = {
    b"0": "f", b"\0": "f", b"7": "f", b"S": "f", b"1": "h", b"2": "l", b"3": "c", b"4": "b", b"5": "d", b"6": "p",
}  # fmt: skip
_PLAIN = {kind: letter for kind, letter in _KINDS.items() if kind not in (b"7", b"S", b"1")}
_DETOURS = ("", "/", ".")  # beginnings of a name that is not clean as it stands: "" of none at all
_HEADER = struct.Struct("100s 8s 8s 8s 12s 12s 8s c 100s 8s 64x 16s 167s")
_PLAIN_HEADER = struct.Struct("100s 8s 8s 8s 12s 12s 8s c 100s 72x 183s")
# Behind the owners, as it mostly is: the numbers of no device, then no prefix and nothing of other formats.
_PLAIN_RESTS = (b"0000000\0" * 2 + bytes(167), bytes(183), b"000000 \0" * 2 + bytes(167))
_GNU = b"ustar  \0"
_MOST_NUMBERS = 16384  # different modes, owners and sizes that are remembered
_MOST_SUMS = 32768  # different checksums: a name more or less is another one


class _Numbers(dict[bytes, int]):
    """Fields as they stand in headers, and the numbers that they are: mostly the same few again and again."""

    def __missing__(self, field: bytes) -> int:
        value = number(field)
        if len(self) < _MOST_NUMBERS:
            self[field] = value
        return value


class _Sizes(_Numbers):
    """Sizes, -1 where ``_member`` has to look."""

    def __missing__(self, field: bytes) -> int:
        if field[11] or not field[:11].isdigit():  # not as nearly everybody writes it
            value = number(field) if is_plain(field) else -1
        else:
            value = int(field[:11], 8)
        if len(self) < _MOST_NUMBERS:
            self[field] = value
        return value


class _Sums(dict[bytes, int]):
    """Checksums as they stand in headers, and what Adler-32's low half over the block is where they are right.

    It is one more than the sum of all bytes, modulo 65521, which no block of ASCII reaches: the checksum at the speed of C.
    -1 for what ``_member`` has to look at.
    """

    def __missing__(self, field: bytes) -> int:
        digits = field[:6]
        try:  # six digits, NUL, blank, as nearly everybody writes it
            value = int(digits, 8) if field[6:] == b"\0 " and digits.isdigit() else octal(field)
        except ValueError:
            return -1
        expected = value - 8 * 32 + sum(field) + 1  # the field itself counts as spaces
        expected = expected if expected < 65521 else -1
        if len(self) < _MOST_SUMS:
            self[field] = expected
        return expected


def members(source: Source) -> Iterator[Member]:
    """Every member; the consumer may read up to ``stored_bytes`` of its content before it asks for the next.

    Nearly all headers are plain ones (``_PLAIN``, ASCII, a name without detours): they are read here, for a layer has ten
    thousands of them; ``_member`` knows all the others.
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
            block = _block(source, block)
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
            found = _member(source, block)
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
    """The content of the member just given, holes of sparse files filled with zeros, in bounded pieces."""
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
    return _clean(name)[0]


def pieces(source: Source, size: int, piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    """The next bytes of a member's content. Raises ValueError where the archive ends before."""
    while size:
        piece = source.read(min(size, piece_bytes))
        if not piece:
            raise ValueError("the archive breaks off in the content of a file")
        size -= len(piece)
        yield piece


def _block(source: Source, block: bytes) -> bytes:
    """The block where it is one of a header; b"" at the end of the archive, which two blocks of zeros mark."""
    if not block:
        return b""
    if len(block) == BLOCK:
        if block.strip(b"\0"):
            return block
        block = source.read(BLOCK)
        if not block:
            return b""
        if len(block) == BLOCK:
            if block.strip(b"\0"):
                raise ValueError(f"a lone block of zeros before byte {source.position - BLOCK}, and more behind it")
            return b""
    raise ValueError(f"the archive breaks off in a header at byte {source.position - len(block)}")


class _Header(NamedTuple):
    """The fields that every member has; ``prefix`` is of the name."""

    kind: bytes
    name: bytes
    prefix: bytes
    link: bytes
    mode: int
    uid: int
    gid: int
    size: int
    doubt: str


def _member(source: Source, block: bytes) -> Member | None:
    """One member with all the extension headers before it; None where the archive ends behind those."""
    long: dict[bytes, bytes] = {}
    found = Records({})
    doubts: list[str] = []
    seen: list[bytes] = []
    read = 0
    for _ in range(MOST_EXTENSIONS):
        header = _header(block, source.position)
        doubts.append(header.doubt)
        if header.kind not in (b"x", b"g", b"L", b"K"):
            return _made(source, block, header, found, long, doubts, seen, read)
        body = _extension(source, header.size)
        if header.kind in seen:
            doubts.append("two extension headers of one kind before a member")
        if header.kind == b"g":
            lost = "an extension header before a global one, which engines forget" if seen else ""
            return _global(header, records(body), lost, read)
        seen.append(header.kind)
        if header.kind == b"x":
            found = records(body)  # of two, the last one alone
            doubts.append(found.doubt)
            read += found.count
        else:
            long[header.kind] = _string(body)
            if not long[header.kind]:
                doubts.append("an empty GNU long name, which engines pass over")
            read += 1
        block = _block(source, source.read(BLOCK))
        if not block:
            return None
    raise OverBudgetError(f"more than {MOST_EXTENSIONS} extension headers in a row")


def _made(
    source: Source,
    block: bytes,
    header: _Header,
    found: Records,
    long: dict[bytes, bytes],
    doubts: list[str],
    seen: list[bytes],
    read: int,
) -> Member:
    values = found.values
    checked(values)
    raw = header.prefix + b"/" + header.name if header.prefix else header.name
    name = values.get("path") or text(raw)
    target = values.get("linkpath") or text(header.link)
    for kind, key in ((b"L", "path"), (b"K", "linkpath")):
        if long.get(kind) and values.get(key):
            doubts.append("both a GNU long name and a PAX record name the member")
    name = text(long[b"L"]) if long.get(b"L") else name
    target = text(long[b"K"]) if long.get(b"K") else target
    size = int(values.get("size") or header.size)
    letter, refused = _KINDS.get(header.kind, "?"), False
    if letter in "lh" and not target:
        doubts, refused = ["a link to nothing"], True
    if name.endswith("/") and letter == "f":
        if header.kind == b"\0":
            letter = "d"  # before POSIX a trailing slash was all that told a folder
        else:
            doubts.append("a file whose name ends with a slash, which is a folder to other tools")
    if letter not in "f?":
        if size:
            doubts.append("a member without content that has a size, which other tools pass over")
        stored = 0
    elif size < 0:
        raise ValueError("a member of negative size")
    else:
        stored = size
    sparse, size_bytes = None, stored
    if header.kind == b"S":
        from .tar_sparse import old_map

        sparse = old_map(source, block, stored)
    elif values:
        from .tar_sparse import pax_map

        sparse = pax_map(source, values, size, stored)
        if not sparse and any(key.startswith("GNU.sparse.") for key in values):
            doubts.append("PAX records of a sparse file in no version that engines know")
    if sparse:
        if letter not in "f?":
            raise ValueError("a sparse member that is no file")
        name = sparse.name or name
        size_bytes, stored = sparse.size_bytes, stored - sparse.map_bytes
        read += len(sparse.parts)
    path, escapes = _clean(name)
    if letter == "h":
        target, out = _clean(target)
        escapes = escapes or out
    return Member(
        "" if escapes else path, letter, header.mode & 0o7777, int(values.get("uid") or header.uid),
        int(values.get("gid") or header.gid), size_bytes, target, stored, sparse.parts if sparse else None, escapes, name,
        CAPABILITIES in values, _doubt(header.kind, refused, doubts), read,
    )  # fmt: skip


def _global(header: _Header, found: Records, lost: str, read: int) -> Member:
    """Engines hand it out as a member of its own: what it says of others is nothing to them."""
    raw = header.prefix + b"/" + header.name if header.prefix else header.name
    name = found.values.get("path") or text(raw)
    path, escapes = _clean(name)
    said = global_doubt(found) or found.doubt or header.doubt or lost
    doubt = Doubt(said) if said else None
    return Member("" if escapes else path, "g", 0, 0, 0, 0, "", 0, None, escapes, name, False, doubt, read + found.count)


def _doubt(kind: bytes, refused: bool, doubts: list[str]) -> Doubt | None:
    if kind not in _KINDS or kind in (b"7", b"S"):
        return Doubt(f"container engines reject this layer: it holds an entry of unknown type {text(kind)!r}", refused=True)
    return next((Doubt(doubt, refused) for doubt in doubts if doubt), None)


def _header(block: bytes, position: int) -> _Header:
    name, mode, uid, gid, size, mtime, checksum, kind, link, magic, device, rest = _HEADER.unpack(block)
    try:
        told = octal(checksum)
    except ValueError:
        told = -1
    if not _sum(block, told):
        raise ValueError(f"damaged header before byte {position}")
    number(mtime)
    prefix = b""
    doubt = (
        ""
        if is_plain(size) and is_plain(mode) and is_plain(uid) and is_plain(gid)
        else "a number that not every tool reads alike"
    )
    if magic[:6] == b"ustar\0":
        parsed = [device[:8], device[8:]]
        if rest[-4:] == b"tar\0":  # Schily's
            prefix = _string(rest[:131])
            parsed += [rest[131:143], rest[143:155]]
            doubt = doubt or ("a prefix in a header of star" if prefix else "")
        else:
            prefix = _string(rest[:155])
        for field in parsed:
            number(field)
    elif magic == _GNU:
        number(device[:8])
        number(device[8:])
        if rest.strip(b"\0"):
            prefix = _gnu_prefix(rest)
            doubt = doubt or "a GNU header that has a prefix, other times or a sparse map, which not every tool reads alike"
    elif rest[0] or device.strip(b"\0"):
        doubt = doubt or "a header that is not of ustar and has a prefix or the numbers of a device"
    return _Header(kind, _string(name), prefix, _string(link), number(mode), number(uid), number(gid), number(size), doubt)


def _gnu_prefix(rest: bytes) -> bytes:
    """Go once wrote prefixes where GNU tar has two times: it is one where they are none."""
    try:
        for at in (0, 12):
            if rest[at]:
                number(rest[at : at + 12])
    except ValueError:
        prefix = _string(rest[:155])
        return prefix if prefix.isascii() else b""
    return b""


def _sum(block: bytes, told: int) -> bool:
    """Whether ``told`` is the sum of all bytes with the checksum as spaces; some historic writers summed signed bytes."""
    field = block[148:156]
    if block.isascii():
        return (zlib.adler32(block) & 0xFFFF) - 1 == told - 8 * 32 + sum(field)
    counted = block[:148] + b" " * 8 + block[156:]
    total = sum(counted)
    return told in (total, total - 256 * sum(byte > 127 for byte in counted))


def _string(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _extension(source: Source, size: int) -> bytes:
    if not 0 <= size <= EXTENSION_BYTES:
        raise ValueError(f"an extension header of {size} bytes")
    body = source.read(size)
    if len(body) < size:
        raise ValueError("the archive breaks off in an extension header")
    source.skip(-size % BLOCK)
    return body


def _clean(name: str) -> tuple[str, bool]:
    """(relative path without "." and empty parts, does it lead out of the root). Source: a ".." only goes up."""
    if name[:2] == "./":
        name = name[2:]
    if name[-1:] == "/":
        name = name.rstrip("/") or "/"
    if "/." not in name and "//" not in name and name[:1] not in ("/", "."):
        return name, False
    parts: list[str] = []
    escapes = False
    for part in name.split("/"):
        if part == "..":
            escapes = escapes or not parts
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts), escapes

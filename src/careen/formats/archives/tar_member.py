"""Parses the headers of one tar member: PAX records, GNU long names, sparse files, base-256 numbers, and all doubts.

Raises: ValueError if engines refuse the archive, OverBudgetError for what no tool writes.
Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
"""

import struct
import zlib
from typing import NamedTuple

from careen.errors import OverBudgetError

from .pax_records import CAPABILITIES, Records, checked, global_doubt, records, text
from .tar_entry import BLOCK, KINDS, Doubt, Member, Source, header_block
from .tar_number import is_plain, number, octal

EXTENSION_BYTES = 1 << 20  # of one block of PAX records or long name: the limit of engines
MOST_EXTENSIONS = 64  # in a row, before one member
_HEADER = struct.Struct("100s 8s 8s 8s 12s 12s 8s c 100s 8s 64x 16s 167s")
_GNU = b"ustar  \0"


class _Header(NamedTuple):
    """The fields that every member has; ``prefix`` goes before the name, with a slash between."""

    kind: bytes
    name: bytes
    prefix: bytes
    link: bytes
    mode: int
    uid: int
    gid: int
    size: int
    doubt: str


def member_of(source: Source, block: bytes) -> Member | None:
    """One member with all the extension headers before it; None if the archive ends after those."""
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
            found = records(body)  # of two, only the last counts
            doubts.append(found.doubt)
            read += found.count
        else:
            long[header.kind] = _string(body)
            if not long[header.kind]:
                doubts.append("an empty GNU long name, which engines pass over")
            read += 1
        block = header_block(source, source.read(BLOCK))
        if not block:
            return None
    raise OverBudgetError(f"more than {MOST_EXTENSIONS} extension headers in a row")


def clean(name: str) -> tuple[str, bool]:
    """(relative path without "." and empty parts, whether the name leads out of the root)."""
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
    letter, refused = KINDS.get(header.kind, "?"), False
    if letter in "lh" and not target:
        doubts, refused = ["a link to nothing"], True
    if name.endswith("/") and letter == "f":
        if header.kind == b"\0":
            letter = "d"  # before POSIX, only a trailing slash marked a folder
        else:
            doubts.append("a file whose name ends with a slash, which is a folder to other tools")
    if letter not in "f?":
        if size:
            doubts.append("a member without content that has a size, which other tools pass over")
        stored = 0
    elif size < 0:
        raise ValueError("a member has a negative size")
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
            raise ValueError("a sparse member that is not a regular file")
        name = sparse.name or name
        size_bytes, stored = sparse.size_bytes, stored - sparse.map_bytes
        read += len(sparse.parts)
    path, escapes = clean(name)
    if letter == "h":
        target, out = clean(target)
        escapes = escapes or out
    return Member(
        "" if escapes else path, letter, header.mode & 0o7777, int(values.get("uid") or header.uid),
        int(values.get("gid") or header.gid), size_bytes, target, stored, sparse.parts if sparse else None, escapes, name,
        CAPABILITIES in values, _doubt(header.kind, refused, doubts), read,
    )  # fmt: skip


def _global(header: _Header, found: Records, lost: str, read: int) -> Member:
    """A global header, as a member of its own: engines return it so, and do not apply it to other members."""
    raw = header.prefix + b"/" + header.name if header.prefix else header.name
    name = found.values.get("path") or text(raw)
    path, escapes = clean(name)
    reason = global_doubt(found) or found.doubt or header.doubt or lost
    doubt = Doubt(reason) if reason else None
    return Member("" if escapes else path, "g", 0, 0, 0, 0, "", 0, None, escapes, name, False, doubt, read + found.count)


def _doubt(kind: bytes, refused: bool, doubts: list[str]) -> Doubt | None:
    if kind not in KINDS or kind in (b"7", b"S"):
        return Doubt(f"container engines reject this layer: it holds an entry of unknown type {text(kind)!r}", refused=True)
    return next((Doubt(doubt, refused) for doubt in doubts if doubt), None)


def _header(block: bytes, position: int) -> _Header:
    name, mode, uid, gid, size, mtime, checksum, kind, link, magic, device, rest = _HEADER.unpack(block)
    try:
        stored = octal(checksum)
    except ValueError:
        stored = -1
    if not _is_sum(block, stored):
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
    """The prefix that Go once wrote in the fields in which GNU tar writes two times; b"" if they contain times."""
    try:
        for at in (0, 12):
            if rest[at]:
                number(rest[at : at + 12])
    except ValueError:
        prefix = _string(rest[:155])
        return prefix if prefix.isascii() else b""
    return b""


def _is_sum(block: bytes, stored: int) -> bool:
    """Whether ``stored`` is the sum of all bytes with the checksum as spaces; some historic writers summed signed bytes."""
    field = block[148:156]
    if block.isascii():
        return (zlib.adler32(block) & 0xFFFF) - 1 == stored - 8 * 32 + sum(field)
    counted = block[:148] + b" " * 8 + block[156:]
    total = sum(counted)
    return stored in (total, total - 256 * sum(byte > 127 for byte in counted))


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

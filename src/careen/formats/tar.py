"""The members of a tar stream, in order: a small pull walker that copies nothing it is not asked for.

Understands old tar, ustar, PAX (local and global records), GNU long names, GNU and PAX sparse files and base-256
numbers. Names come out clean: relative, without "." or empty parts; a name that leads out of the root is refused.
Raises: ValueError at the first damaged header (what was given before is good).
Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format",
"Storing Sparse Files".
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple, Protocol

BLOCK = 512
PIECE_BYTES = 1 << 20
EXTENSION_BYTES = 8 << 20  # of one PAX record block or long name
SPARSE_PARTS = 100_000


class Source(Protocol):
    """As ``formats.inflate.Stream``: ``data`` is at hand, ``at`` the place in it, ``before`` what was before it."""

    data: bytes
    at: int
    before: int

    @property
    def position(self) -> int: ...

    def read(self, size: int) -> bytes: ...
    def skip(self, size: int) -> int: ...


class Member(NamedTuple):
    """One entry. ``kind``: f file, d folder, l symbolic link, h hard link, c b p devices and pipes.

    ``path`` is "" for the root folder itself and for names that lead out of the root (``escapes``).
    ``stored_bytes`` follow in the stream and are the content, unless ``sparse`` maps them: (offset, length) pairs.
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


_KINDS = {
    b"0": "f", b"\0": "f", b"7": "f", b"S": "f", b"1": "h", b"2": "l", b"3": "c", b"4": "b", b"5": "d", b"6": "p",
}  # fmt: skip
_PLAIN = {kind: letter for kind, letter in _KINDS.items() if kind not in (b"S", b"1")}
_DETOURS = ("", "/", ".")  # beginnings of a name that is not clean as it stands: "" of none at all
_EXTENSIONS = frozenset((b"x", b"g", b"X", b"L", b"K"))
_CAPABILITIES = "SCHILY.xattr.security.capability"
_HEADER = struct.Struct("100s 8s 8s 8s 12s 12x 8s c 100s 6s 82x 155s 12x")
_MOST_NUMBERS = 4096  # different modes, owners and sizes that are remembered
_MOST_SUMS = 16384  # different checksums: a name more or less is another one


class _Numbers(dict[bytes, int]):
    """Fields as they stand in headers, and the numbers that they are: mostly the same few again and again."""

    def __missing__(self, field: bytes) -> int:
        number = _number(field)
        if len(self) < _MOST_NUMBERS:
            self[field] = number
        return number


class _Sums(dict[bytes, int]):
    """Checksums as they stand in headers, and what Adler-32's low half over the block is where they are right.

    It is one more than the sum of all bytes, modulo 65521: the checksum at the speed of C. -1 for what is no number.
    """

    def __missing__(self, field: bytes) -> int:
        try:
            told = int(field.strip(b" \0"), 8)
        except ValueError:
            return -1
        expected = (told - 8 * 32 + sum(field) + 1) % 65521  # the field itself counts as spaces
        if len(self) < _MOST_SUMS:
            self[field] = expected
        return expected


def members(source: Source) -> Iterator[Member]:
    """Every member; the consumer may read up to ``stored_bytes`` of its content before it asks for the next.

    Nearly all headers are plain ones (``_PLAIN``, a name without detours): they are read here, for a layer has ten
    thousands of them; ``_member`` knows all the others.
    """
    common: dict[str, str] = {}
    numbers, sums = _Numbers(), _Sums()
    unpack, adler32, made = _HEADER.unpack, zlib.adler32, tuple.__new__
    while True:
        at = source.at
        end = at + BLOCK
        if end <= len(source.data):
            block = source.data[at:end]
            source.at = end
        else:
            block = source.read(BLOCK)
            if len(block) < BLOCK:
                if block.strip(b"\0"):
                    raise ValueError(f"the archive breaks off in a header at byte {source.position - len(block)}")
                return
        if block[0] == 0 and not block.strip(b"\0"):
            return  # the end mark; what some writers leave behind it is not ours
        name, mode, uid, gid, size, checksum, kind, link, _, prefix = unpack(block)
        try:
            text = name.partition(b"\0")[0].decode()
        except UnicodeDecodeError:
            text = ""
        if text[:2] == "./":
            text = text[2:]
        letter = _PLAIN.get(kind)
        if (
            letter is None
            or common
            or prefix[0]
            or text[:1] in _DETOURS
            or "/." in text
            or "//" in text
            or (letter != "d" and text[-1] == "/")
            or adler32(block) & 0xFFFF != sums[checksum]
        ):
            member, records = _member(source, block, common, numbers, sums)
            if member is None:
                common.update(records)
                continue
            stored = member.stored_bytes
        else:
            stored = numbers[size] if letter == "f" else 0
            path = text[:-1] if text[-1] == "/" else text
            target = _text(link.partition(b"\0")[0]) if link[0] else ""
            member = made(
                Member,
                (
                    path,
                    letter,
                    numbers[mode] & 0o7777,
                    numbers[uid],
                    numbers[gid],
                    stored,
                    target,
                    stored,
                    None,
                    False,
                    text,
                    False,
                ),
            )
        if not stored:
            yield member
            continue
        end = source.before + source.at + stored
        yield member
        at = end + (-stored % BLOCK) - source.before
        if source.at <= at <= len(source.data):
            source.at = at
            continue
        rest = at - source.at
        if source.skip(rest) < rest - (BLOCK - 1):
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


def pieces(source: Source, size: int, piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    """The next bytes of a member's content. Raises ValueError where the archive ends before."""
    while size:
        piece = source.read(min(size, piece_bytes))
        if not piece:
            raise ValueError("the archive breaks off in the content of a file")
        size -= len(piece)
        yield piece


def _member(
    source: Source, block: bytes, common: dict[str, str], numbers: _Numbers, sums: _Sums
) -> tuple[Member | None, dict[str, str]]:
    """One member with all the extension headers before it; or (None, records) of a global PAX header."""
    records = dict(common) if common else {}
    long_name = long_link = None
    for _ in range(64):  # extension headers in a row: more is an attack
        name, mode, uid, gid, size, checksum, kind, link, magic, prefix = _HEADER.unpack(block)
        if zlib.adler32(block) & 0xFFFF != sums[checksum]:
            _sum_signed(block, checksum, source.position)
        size_bytes = numbers[size]
        if kind in _EXTENSIONS:
            body = _extension(source, size_bytes)
            if kind == b"L":
                long_name = body.rstrip(b"\0")
            elif kind == b"K":
                long_link = body.rstrip(b"\0")
            elif kind == b"g":
                return None, _records(body)
            else:
                records.update(_records(body))
            block = source.read(BLOCK)
            if len(block) < BLOCK:
                raise ValueError("the archive breaks off behind an extension header")
            continue
        break
    else:
        raise ValueError("too many extension headers in a row")

    raw = long_name if long_name is not None else name.partition(b"\0")[0]
    if prefix[0] and long_name is None and magic == b"ustar\0":
        raw = prefix.partition(b"\0")[0] + b"/" + raw
    text = _text(raw)
    target = ""
    if long_link is not None or link[0]:
        target = _text(long_link if long_link is not None else link.partition(b"\0")[0])
    letter = _KINDS.get(kind, "f")
    owner, group = numbers[uid], numbers[gid]
    sparse = None
    if records:
        text = records.get("GNU.sparse.name") or records.get("path") or text
        target = records.get("linkpath") or target
        size_bytes = _decimal(records, "size", size_bytes)
        owner, group = _decimal(records, "uid", owner), _decimal(records, "gid", group)
    if letter == "f" and text.endswith("/"):
        letter = "d"  # before POSIX a trailing slash was all that told a folder
    stored = size_bytes if letter == "f" else 0
    if kind == b"S":
        sparse, size_bytes = _gnu_sparse(source, block)
    elif letter == "f" and any(key.startswith("GNU.sparse.") for key in records):
        sparse, size_bytes, stored = _pax_sparse(source, records, size_bytes)
    path, escapes = _clean(text)
    if letter == "h":
        target, out = _clean(target)
        escapes = escapes or out
    member = Member(
        "" if escapes else path, letter, numbers[mode] & 0o7777, owner, group,
        size_bytes if letter == "f" else 0, target, stored, sparse, escapes, text, _CAPABILITIES in records,
    )  # fmt: skip
    return member, {}


def _sum_signed(block: bytes, checksum: bytes, position: int) -> None:
    """Some historic writers summed signed bytes."""
    try:
        told = int(checksum.strip(b" \0"), 8)
    except ValueError:
        raise ValueError(f"damaged header before byte {position}") from None
    if sum(byte - 256 if byte > 127 else byte for byte in block[:148] + b" " * 8 + block[156:]) != told:
        raise ValueError(f"damaged header before byte {position}")


def _number(field: bytes) -> int:
    """An octal number, or a base-256 one when the first bit is set. Source: GNU tar manual, "Basic Tar Format"."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        if field[0] & 0x40 or value > 1 << 62:
            raise ValueError("a number in a header is out of range")
        return value
    text = field.split(b"\0", 1)[0].strip()
    try:
        return int(text, 8) if text else 0
    except ValueError:
        raise ValueError("a number in a header is not octal") from None


def _decimal(records: dict[str, str], key: str, default: int) -> int:
    text = records.get(key)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError(f"PAX record {key} is no number")
    return int(text)


def _extension(source: Source, size: int) -> bytes:
    if size > EXTENSION_BYTES:
        raise ValueError(f"an extension header of {size} bytes")
    padded = size + (-size % BLOCK)
    body = source.read(padded)
    if len(body) < size:
        raise ValueError("the archive breaks off in an extension header")
    return body[:size]


def _records(body: bytes) -> dict[str, str]:
    """PAX records ``<length> <key>=<value>\\n``, the length in decimal and counting itself."""
    records: dict[str, str] = {}
    at = 0
    while at < len(body) and body[at]:
        space = body.find(b" ", at, at + 12)
        if space < 0 or not body[at:space].isdigit():
            raise ValueError("damaged PAX record")
        end = at + int(body[at:space])
        if end > len(body) or end <= space:
            raise ValueError("damaged PAX record")
        key, equals, value = body[space + 1 : end - 1].partition(b"=")
        if not equals:
            raise ValueError("damaged PAX record")
        name = _text(key)
        if name in ("GNU.sparse.offset", "GNU.sparse.numbytes"):  # version 0.0 repeats its keys
            records["GNU.sparse.map"] = ",".join(filter(None, (records.get("GNU.sparse.map"), _text(value))))
        else:
            records[name] = _text(value)
        at = end
    return records


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(errors="backslashreplace")  # two bad names stay two names


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


def _gnu_sparse(source: Source, block: bytes) -> tuple[tuple[tuple[int, int], ...], int]:
    """The map in an old GNU sparse header: 4 pairs at 386, the real size at 483, more pairs in blocks that follow."""
    pairs = [(_number(block[at : at + 12]), _number(block[at + 12 : at + 24])) for at in range(386, 482, 24)]
    more = block[482]
    while more:
        extra = source.read(BLOCK)
        if len(extra) < BLOCK or len(pairs) > SPARSE_PARTS:
            raise ValueError("damaged sparse map")
        pairs += [(_number(extra[at : at + 12]), _number(extra[at + 12 : at + 24])) for at in range(0, 504, 24)]
        more = extra[504]
    return _checked(pairs, _number(block[483:495])), _number(block[483:495])


def _pax_sparse(source: Source, records: dict[str, str], size: int) -> tuple[tuple[tuple[int, int], ...], int, int]:
    """(map, real size, stored bytes left) of PAX sparse formats 0.0, 0.1 (map in the records) and 1.0 (map in the data)."""
    real = _decimal(records, "GNU.sparse.realsize", _decimal(records, "GNU.sparse.size", size))
    stored = size
    if "GNU.sparse.map" in records:
        numbers = records["GNU.sparse.map"].split(",")
    else:
        head = bytearray(source.read(min(BLOCK, stored)))
        count = head.partition(b"\n")[0]
        wanted = 2 * int(count) + 1 if count.isdigit() and len(count) < 7 else 0  # lines
        have = head.count(b"\n")
        while have < wanted and len(head) < min(stored, EXTENSION_BYTES):
            piece = source.read(BLOCK)
            if not piece:
                raise ValueError("the archive breaks off in a sparse map")
            have += piece.count(b"\n")
            head += piece
        lines = bytes(head).split(b"\n")
        if not lines[0].isdigit() or len(lines[0]) > 12 or len(lines) - 1 <= 2 * int(lines[0]):
            raise ValueError("damaged sparse map")
        numbers = [line.decode("ascii", "replace") for line in lines[1 : 1 + 2 * int(lines[0])]]
        stored -= len(head)
    if len(numbers) > 2 * SPARSE_PARTS or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in numbers):
        raise ValueError("damaged sparse map")
    values = [int(part) for part in numbers]
    return _checked(list(zip(values[::2], values[1::2], strict=False)), real), real, stored


def _checked(pairs: list[tuple[int, int]], real: int) -> tuple[tuple[int, int], ...]:
    kept = []
    at = 0
    for offset, length in pairs:
        if not length:
            continue
        if offset < at or offset + length > real:
            raise ValueError("damaged sparse map")
        at = offset + length
        kept.append((offset, length))
    return tuple(kept)

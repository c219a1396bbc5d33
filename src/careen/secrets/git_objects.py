"""The objects of a Git repository: a loose object, or all objects of a pack.

A pack is a row of objects, each deflated, some as a delta against another object. ``pack`` yields the objects whose content is
known; one that is larger than ``MAX_OBJECT``, or a delta against an object that is not kept, has the content None.
Bounds: 200,000 objects, 16 MiB an object, 256 MiB of all objects that are kept, 1 GiB that are inflated; deltas against deltas
60 deep.
Raises: ValueError if an object or pack is damaged or over a bound.
**Source:** Git, gitformat-pack(5) and gitformat-loose; "Git internals".
"""

import hashlib
import zlib
from collections.abc import Iterator

from msgspec import Struct

MAX_OBJECTS = 200_000
MAX_OBJECT = 16 << 20
MAX_KEPT = 256 << 20
MAX_INFLATED = 1 << 30
MAX_DELTAS = 60
_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_ID_BYTES = 20
_CHUNK = 16 << 10


class GitObject(Struct, frozen=True):
    kind: str  # "commit", "tree", "blob" or "tag"
    id: str  # SHA-1, in hex; "" if the content is not known
    content: bytes | None


class _Stored(Struct):
    """An object as the pack has it: ``raw`` is a delta if it has a base, which is the offset or the id of another object."""

    kind: str
    raw: bytes | None
    base: int | bytes | None = None
    content: bytes | None = None


def loose(data: bytes) -> GitObject:
    """The object in a file of its own."""
    content, _, _ = _inflated(data, 0, MAX_OBJECT + 64, MAX_INFLATED)
    if content is None:
        raise ValueError("an object of Git is too large to be read")
    head, _, body = content.partition(b"\0")
    kind, _, size = head.partition(b" ")
    if kind.decode("ascii", "replace") not in _KINDS.values() or size != str(len(body)).encode():
        raise ValueError("not an object of Git")
    return GitObject(kind.decode("ascii"), hashlib.sha1(content, usedforsecurity=False).hexdigest(), body)


def pack(data: bytes) -> Iterator[GitObject]:
    """The objects of a pack, in its order: the newest first."""
    stored = _stored(data)
    by_id: dict[bytes, _Stored] = {}
    waiting = []
    for found in stored.values():
        if found.base is None:
            _complete(found, found.raw, by_id)
        else:
            waiting.append(found)
    kept = sum(len(found.content or b"") for found in stored.values())
    for _ in range(MAX_DELTAS):
        later = []
        for found in waiting:
            base = stored.get(found.base) if isinstance(found.base, int) else by_id.get(found.base or b"")
            if base is None or (base.content is None and base.base is None):
                continue
            if base.content is None:
                later.append(found)
                continue
            found.kind = base.kind
            content = _applied(base.content, found.raw) if found.raw is not None else None
            kept += len(content or b"")
            if kept > MAX_KEPT:
                raise ValueError(f"a pack of Git has more than {MAX_KEPT >> 20} MiB of objects")
            _complete(found, content, by_id)
        if len(later) == len(waiting):
            break
        waiting = later
    ids = {id(found): name.hex() for name, found in by_id.items()}
    for found in stored.values():
        yield GitObject(found.kind, ids.get(id(found), ""), found.content)


def _stored(data: bytes) -> dict[int, _Stored]:
    """The objects of a pack by their offset."""
    if data[:4] != b"PACK" or int.from_bytes(data[4:8], "big") not in (2, 3):
        raise ValueError("not a pack of Git")
    count, at = int.from_bytes(data[8:12], "big"), 12
    if count > MAX_OBJECTS:
        raise ValueError(f"a pack of Git has more than {MAX_OBJECTS:,} objects")
    found: dict[int, _Stored] = {}
    kept, left = 0, MAX_INFLATED
    for _ in range(count):
        start, (kind, size, at) = at, _head(data, at)
        base: int | bytes | None = None
        if kind == _OFFSET_DELTA:
            back, at = _back(data, at)
            base = start - back
        elif kind == _NAMED_DELTA:
            base, at = data[at : at + _ID_BYTES], at + _ID_BYTES
        elif kind not in _KINDS:
            raise ValueError("a pack of Git has an object of an unknown kind")
        raw, inflated, at = _inflated(data, at, MAX_OBJECT, left)
        left -= inflated
        kept += len(raw or b"")
        if inflated != size or kept > MAX_KEPT:
            raise ValueError("a pack of Git is damaged or too large")
        found[start] = _Stored(_KINDS.get(kind, ""), raw, base)
    return found


def _complete(found: _Stored, content: bytes | None, by_id: dict[bytes, _Stored]) -> None:
    found.content, found.raw = content, None
    if content is not None:
        head = f"{found.kind} {len(content)}\0".encode()
        by_id[hashlib.sha1(head + content, usedforsecurity=False).digest()] = found
    found.base = None


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Kind and size of an object, and the offset after them."""
    byte = _byte(data, at)
    kind, size, shift, at = (byte >> 4) & 7, byte & 15, 4, at + 1
    while byte & 128:
        byte, at = _byte(data, at), at + 1
        size |= (byte & 127) << shift
        shift += 7
        if shift > 63:
            raise ValueError("a pack of Git is damaged")
    return kind, size, at


def _back(data: bytes, at: int) -> tuple[int, int]:
    """The distance of the base of a delta, and the offset after it."""
    byte, at = _byte(data, at), at + 1
    distance = byte & 127
    while byte & 128:
        byte, at = _byte(data, at), at + 1
        distance = ((distance + 1) << 7) | (byte & 127)
        if distance > len(data):
            raise ValueError("a pack of Git is damaged")
    return distance, at


def _inflated(data: bytes, at: int, most: int, left: int) -> tuple[bytes | None, int, int]:
    """The inflated bytes that begin at an offset, None if there are more than ``most``; their number, and the offset after
    them. Raises ValueError if there are more than ``left``."""
    inflater = zlib.decompressobj()
    pieces: list[bytes] = []
    size = 0
    try:
        while not inflater.eof:
            chunk = data[at : at + _CHUNK]
            piece = inflater.decompress(chunk, _CHUNK)
            at += len(chunk) - len(inflater.unused_data if inflater.eof else inflater.unconsumed_tail)
            size += len(piece)
            if size <= most:
                pieces.append(piece)
            if size > left:
                raise ValueError("the objects of a pack of Git are too large to be read")
            if not piece and not chunk:
                raise ValueError("an object of Git ends early")
    except zlib.error as error:
        raise ValueError(f"an object of Git cannot be inflated: {error}") from None
    return (b"".join(pieces) if size <= most else None), size, at


def _applied(base: bytes, delta: bytes) -> bytes:
    """The content that a delta makes of its base."""
    before, at = _number(delta, 0)
    after, at = _number(delta, at)
    if before != len(base) or after > MAX_OBJECT:
        raise ValueError("a delta in a pack of Git does not fit its base")
    parts: list[bytes] = []
    left = after
    while at < len(delta):
        code, at = delta[at], at + 1
        if code & 128:
            offset = size = 0
            for bit in range(7):
                if code & (1 << bit):
                    value, at = _byte(delta, at), at + 1
                    if bit < 4:
                        offset |= value << (8 * bit)
                    else:
                        size |= value << (8 * (bit - 4))
            size = size or 0x10000
            part = base[offset : offset + size]
        elif code:
            size = code
            part, at = delta[at : at + code], at + code
        else:
            raise ValueError("a delta in a pack of Git is damaged")
        left -= size
        if len(part) != size or left < 0:
            raise ValueError("a delta in a pack of Git is damaged")
        parts.append(part)
    if left:
        raise ValueError("a delta in a pack of Git is damaged")
    return b"".join(parts)


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte, at = _byte(data, at), at + 1
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return value, at
        if shift > 63:
            raise ValueError("a delta in a pack of Git is damaged")


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ValueError("a pack of Git ends early")
    return data[at]

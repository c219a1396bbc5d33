"""Packs and loose objects of Git, made by hand."""

import hashlib
import zlib

KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


def packed(*entries):
    """A pack of entries: (kind, content), or (index of the base in the pack, or its id as bytes; delta)."""
    data, offsets = b"PACK" + (2).to_bytes(4, "big") + len(entries).to_bytes(4, "big"), []
    for kind, content in entries:
        offsets.append(len(data))
        if isinstance(kind, int):
            data += _head(6, len(content)) + _back(offsets[-1] - offsets[kind])
        elif isinstance(kind, bytes):
            data += _head(7, len(content)) + kind
        else:
            data += _head(KINDS[kind], len(content))
        data += zlib.compress(content)
    return data + hashlib.sha1(data, usedforsecurity=False).digest()


def loose_object(kind, content):
    return zlib.compress(f"{kind} {len(content)}\0".encode() + content)


def id_of(kind, content):
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False)


def tree(**entries):
    """A tree: the ids of blobs or trees by name; ``__`` in a name is a dot."""
    return b"".join(b"100644 " + name.replace("__", ".").encode() + b"\0" + id.digest() for name, id in entries.items())


def delta(base, *parts):
    """A delta against a base: of bytes to add, and of pairs (offset, size) to copy."""
    size = sum(part[1] if isinstance(part, tuple) else len(part) for part in parts)
    text = _number(len(base)) + _number(size)
    for part in parts:
        if isinstance(part, tuple):
            text += bytes([0x80 | 0x0F | 0x30]) + part[0].to_bytes(4, "little") + part[1].to_bytes(2, "little")
        else:
            text += bytes([len(part)]) + part
    return text


def _head(kind, size):
    first, size = (kind << 4) | (size & 15), size >> 4
    found = [first]
    while size:
        found[-1] |= 128
        found.append(size & 127)
        size >>= 7
    return bytes(found)


def _back(distance):
    found = [distance & 127]
    while distance := (distance >> 7):
        distance -= 1
        found.insert(0, 128 | (distance & 127))
    return bytes(found)


def _number(value):
    found = [value & 127]
    while value := value >> 7:
        found[-1] |= 128
        found.append(value & 127)
    return bytes(found)

"""A small squashfs and a SIF around one, written by hand: nothing is compressed unless asked for."""

import hashlib
import struct
import zlib
from itertools import count

BLOCK = 4096
WHITEOUT = object()


class Opaque(dict):
    """A folder of an overlay through which nothing shows."""


NONE32, NONE64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


def squashfs(tree, *, compressed=False):
    """``tree`` maps names to bytes (a file), str (a symbolic link) or another tree; two equal ``Link`` values are one file."""
    data, inodes, listings = bytearray(bytes(96)), bytearray(), bytearray()
    numbers = count(1)

    def block(piece):
        packed = zlib.compress(piece) if compressed else piece
        packed, word = (packed, len(packed)) if len(packed) < len(piece) else (piece, len(piece) | 1 << 24)
        data.extend(packed)
        return word

    def file(content):
        number, start = next(numbers), len(data)
        pieces = [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)]
        words = [0 if piece == bytes(BLOCK) else block(piece) for piece in pieces]
        at = len(inodes)
        inodes.extend(struct.pack("<HHHHII", 2, 0o644, 0, 0, 0, number))
        inodes.extend(struct.pack("<IIII", start, NONE32, 0, len(content)) + struct.pack(f"<{len(words)}I", *words))
        return at, 2, number

    def link(target):
        number, at = next(numbers), len(inodes)
        inodes.extend(struct.pack("<HHHHII", 3, 0o777, 0, 0, 0, number) + struct.pack("<II", 1, len(target)) + target)
        return at, 3, number

    def whiteout():
        number, at = next(numbers), len(inodes)
        inodes.extend(struct.pack("<HHHHII", 5, 0, 0, 0, 0, number) + struct.pack("<II", 1, 0))
        return at, 5, number

    def folder(entries):
        made = [(name.encode(), *any_of(value)) for name, value in sorted(entries.items())]
        number, start = next(numbers), len(listings)
        for name, at, kind, child in made:
            listings.extend(struct.pack("<III", 0, at // 8192 * 8194, number))
            listings.extend(struct.pack("<HhHH", at % 8192, child - number, kind, len(name) - 1) + name)
        at, size = len(inodes), len(listings) - start + 3
        inodes.extend(struct.pack("<HHHHII", 8, 0o755, 0, 0, 0, number))
        inodes.extend(
            struct.pack(
                "<IIIIHHI", 2, size, start // 8192 * 8194, 0, 0, start % 8192, 0 if isinstance(entries, Opaque) else NONE32
            )
        )
        return at, 1, number

    def any_of(value):
        if value is WHITEOUT:
            return whiteout()
        if isinstance(value, dict):
            return folder(value)
        return link(value.encode()) if isinstance(value, str) else file(value)

    at, _, number = folder(tree)
    root = at // 8192 * 8194 << 16 | at % 8192
    inode_table = len(data)
    data += _metadata(inodes)
    folder_table = len(data)
    data += _metadata(listings or b"\0")
    owners = len(data)
    data += _metadata(struct.pack("<I", 0))
    id_table = len(data)
    data += struct.pack("<Q", owners)
    attributes = len(data)
    data += _metadata(struct.pack("<HH", 1, 14) + b"overlay.opaque" + struct.pack("<I", 1) + b"y")
    sets = len(data)
    data += _metadata(struct.pack("<QII", 0, 1, 23))
    xattr_table = len(data)
    data += struct.pack("<QIIQ", attributes, 1, 0, sets)
    data[:96] = struct.pack(
        "<4sIIIIHHHHHHQQQQQQQQ", b"hsqs", number, 1_700_000_000, BLOCK, 0, 1, 12, 0, 1, 4, 0, root, len(data), id_table,
        xattr_table, inode_table, folder_table, NONE64, NONE64,
    )  # fmt: skip
    return bytes(data)


def sif(*partitions, labels=None, architecture=b"02\0", index=None, blobs=()):
    """``partitions``: (file system, role, bytes); of an OCI-SIF its ``index``, and blobs."""
    parts = [(0x4004, struct.pack("<ii3s", system, role, architecture), data) for system, role, data in partitions]
    if labels is not None:
        parts.append((0x4003, b"", labels))
    if index is not None:
        parts.append((0x400A, b"", index))
    parts += [(0x400B, b"sha256:" + hashlib.sha256(data).hexdigest().encode(), data) for data in blobs]
    at = 128 + 585 * (len(parts) + 1)
    table, body = bytes(585), b""  # a part that is not in use comes first
    for number, (kind, extra, data) in enumerate(parts, 1):
        table += struct.pack(
            "<i?III7q128s384s", kind, True, number, 1, 0, at + len(body), len(data), len(data), 0, 0, 0, 0, b"part", extra
        )
        body += data
    head = struct.pack(
        "<32s10s3s3s16s8q", b"#!/usr/bin/env run-singularity\n", b"SIF_MAGIC\0", b"01\0", architecture, bytes(16),
        1_700_000_000, 0, 0, len(parts) + 1, 128, len(table), at, len(body),
    )  # fmt: skip
    return head + table + body


def _metadata(content):
    content = bytes(content)
    pieces = [content[at : at + 8192] for at in range(0, len(content), 8192)]
    return b"".join(struct.pack("<H", len(piece) | 0x8000) + piece for piece in pieces)

"""Bolt databases written page by page: buckets are mappings, small ones lie within their parent."""

import struct
from collections.abc import Mapping

from careen.images.containerd.boltdb import MAGIC, VERSION, fnv

PAGE = 4096
Tree = Mapping[bytes, "bytes | Tree"]


def write_bolt(tree: Tree, split: bool = False) -> bytes:
    """``split``: the root is a branch with a leaf for each key."""
    pages = bytearray(2 * PAGE)
    if split:
        leaves = [(key, _page(pages, _leaf({key: value}, pages), 0x02, 1)) for key, value in sorted(tree.items())]
        elements, keys = b"", b""
        for index, (key, number) in enumerate(leaves):
            place = 16 * (len(leaves) - index) + len(keys)
            elements, keys = elements + struct.pack("<IIQ", place, len(key), number), keys + key
        root = _page(pages, elements + keys, 0x01, len(leaves))
    else:
        root = _page(pages, _leaf(tree, pages), 0x02, len(tree))
    for number, transaction in ((0, 7), (1, 6)):
        pages[number * PAGE : number * PAGE + 80] = _meta(number, root, transaction)
    return bytes(pages)


def _leaf(tree: Tree, pages: bytearray) -> bytes:
    elements, data = b"", b""
    for index, (key, value) in enumerate(sorted(tree.items())):
        stored = value if isinstance(value, bytes) else _bucket(value, pages)
        place = 16 * (len(tree) - index) + len(data)
        elements += struct.pack("<IIII", int(stored is not value), place, len(key), len(stored))
        data += key + stored
    return elements + data


def _bucket(tree: Tree, pages: bytearray) -> bytes:
    body = _leaf(tree, pages)
    if len(body) < PAGE // 4:
        return struct.pack("<QQ", 0, 0) + struct.pack("<QHHI", 0, 0x02, len(tree), 0) + body
    return struct.pack("<QQ", _page(pages, body, 0x02, len(tree)), 0)


def _page(pages: bytearray, body: bytes, flags: int, count: int) -> int:
    number, more = len(pages) // PAGE, (16 + len(body) - 1) // PAGE
    pages += (struct.pack("<QHHI", number, flags, count, more) + body).ljust(PAGE * (more + 1), b"\0")
    return number


def _meta(number: int, root: int, transaction: int) -> bytes:
    body = struct.pack("<IIIIQQQQQ", MAGIC, VERSION, PAGE, 0, root, 0, 0, 0, transaction)
    return struct.pack("<QHHI", number, 0x04, 0, 0) + body + struct.pack("<Q", fnv(body))

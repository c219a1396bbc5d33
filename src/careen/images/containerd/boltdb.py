"""Reads a Bolt database, the format of etcd and containerd: ``items`` returns the content of a bucket, by key.

Shape: pages of one size, the first two with the roots (the valid one with the higher transaction counts); branch and leaf
pages of a B+ tree, a bucket in a bucket as the value of a leaf, small ones within it.
Raises: ValueError for anything else, for loops, and over 64 levels or a million pages.
**Source:** bbolt, ``page.go``, ``bucket.go`` and ``db.go`` (file format version 2).
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

MAGIC, VERSION = 0xED0CDAED, 2
MAX_DEPTH, MAX_PAGES, MAX_PAGE_BYTES = 64, 1_000_000, 256 << 20
_PAGE = struct.Struct("<QHHI")  # id, flags, count of elements, pages that follow
_META = struct.Struct("<IIIIQQQQQQ")  # magic, version, page size, flags, root, sequence, free list, end, transaction, checksum
_BRANCH_ELEMENT, _LEAF_ELEMENT, _BUCKET = struct.Struct("<IIQ"), struct.Struct("<IIII"), struct.Struct("<QQ")
_IS_BRANCH, _IS_LEAF = 0x01, 0x02


class Bucket(Struct, frozen=True):
    """The location of a bucket: the page of its root, or for a small one the page's content."""

    root: int
    inline: bytes = b""


class Bolt:
    """A database in a seekable file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._read = file, 0
        metas = [meta for place in _places(file) if (meta := _meta(file, place))]
        if not metas:
            raise ValueError("not a Bolt database")
        _, self._page_bytes, root = max(metas)
        self.root = Bucket(root)

    def bucket(self, *path: bytes) -> Bucket | None:
        """The bucket at the end of a path of keys; None if there is none."""
        here: Bucket | None = self.root
        for key in path:
            found = next((value for name, value in self.items(here) if name == key), None) if here else None
            here = found if isinstance(found, Bucket) else None
        return here

    def items(self, bucket: Bucket) -> Iterator[tuple[bytes, "bytes | Bucket"]]:
        """The keys of a bucket in order, each with its value or nested bucket."""
        if bucket.inline:
            yield from _leaf(bucket.inline)
        else:
            yield from self._walk(bucket.root, 0)

    def _walk(self, number: int, depth: int) -> Iterator[tuple[bytes, "bytes | Bucket"]]:
        if depth > MAX_DEPTH:
            raise ValueError(f"pages are nested more than {MAX_DEPTH} deep")
        page = self._page(number)
        _, flags, count, _ = _PAGE.unpack_from(page)
        if flags & _IS_LEAF:
            yield from _leaf(page)
        elif flags & _IS_BRANCH:
            for index in range(count):
                _, _, child = _unpacked(_BRANCH_ELEMENT, page, _PAGE.size + index * _BRANCH_ELEMENT.size)
                yield from self._walk(child, depth + 1)
        else:
            raise ValueError(f"page {number} is neither a branch nor a leaf")

    def _page(self, number: int) -> bytes:
        self._read += 1
        if self._read > MAX_PAGES:
            raise ValueError(f"more than {MAX_PAGES} pages")
        head = _read(self._file, number * self._page_bytes, _PAGE.size)
        own, _, _, more = _PAGE.unpack(head)
        size = (more + 1) * self._page_bytes
        if own != number or size > MAX_PAGE_BYTES:
            raise ValueError(f"page {number} is damaged")
        return _read(self._file, number * self._page_bytes, size)


def _places(file: BinaryIO) -> Iterator[int]:
    """The possible offsets of the two roots: at the start, and one page later, for all possible page sizes."""
    yield 0
    try:
        size = _META.unpack(_read(file, _PAGE.size, _META.size))[2]
    except ValueError:
        return
    yield from dict.fromkeys((size, 4096, 8192, 16384, 65536))


def _meta(file: BinaryIO, place: int) -> tuple[int, int, int] | None:
    """The transaction, page size and root of a valid root page; None if it is not valid."""
    try:
        data = _read(file, place + _PAGE.size, _META.size)
    except ValueError:
        return None
    magic, version, page_bytes, _, root, _, _, _, transaction, checksum = _META.unpack(data)
    if (magic, version) != (MAGIC, VERSION) or checksum != fnv(data[:-8]):
        return None
    return (transaction, page_bytes, root) if 512 <= page_bytes <= 1 << 20 else None


def fnv(data: bytes) -> int:
    """The checksum of a root. **Source:** FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def _leaf(page: bytes) -> Iterator[tuple[bytes, bytes | Bucket]]:
    _, _, count, _ = _unpacked(_PAGE, page, 0)
    for index in range(count):
        at = _PAGE.size + index * _LEAF_ELEMENT.size
        flags, place, key_bytes, value_bytes = _unpacked(_LEAF_ELEMENT, page, at)
        start = at + place
        end = start + key_bytes + value_bytes
        if end > len(page):
            raise ValueError("an element reaches beyond its page")
        key, value = page[start : start + key_bytes], page[start + key_bytes : end]
        yield key, _bucket(value) if flags & 1 else value


def _bucket(value: bytes) -> Bucket:
    root, _ = _unpacked(_BUCKET, value, 0)
    return Bucket(root, b"" if root else value[_BUCKET.size :])


def _unpacked(shape: struct.Struct, data: bytes, at: int) -> tuple[int, ...]:
    try:
        return shape.unpack_from(data, at)
    except struct.error:
        raise ValueError("a page is cut short") from None


def _read(file: BinaryIO, place: int, size: int) -> bytes:
    try:
        file.seek(place)
        data = file.read(size)
    except OverflowError:
        data = b""
    if len(data) != size:
        raise ValueError("the database is cut short")
    return data

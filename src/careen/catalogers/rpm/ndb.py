"""The header blobs of an rpm database in rpm's own "ndb" format (``Packages.db``).

Shape, little-endian: a header of 32 bytes with the number of 4 KiB slot pages, then slots of 16 bytes (package
number, place and length in blocks of 16 bytes), then blobs, each after a head of 16 bytes.
Raises ValueError for another file; a problem with one package is appended to ``faults``.
**Source:** rpm, lib/backend/ndb/rpmpkg.c (layout).
"""

from collections.abc import Iterator
from struct import Struct as Layout
from typing import BinaryIO

_HEADER = Layout("<4s3I16x")
_SLOT = Layout("<4s3I")
_BLOB = Layout("<4s3I")
_PAGE_BYTES, _BLOCK_BYTES = 4096, 16


def blobs(stream: BinaryIO, faults: list[str]) -> Iterator[bytes]:
    size = stream.seek(0, 2)
    stream.seek(0)
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise ValueError("rpm database cut short")
    magic, version, _, slot_pages = _HEADER.unpack(header)
    if magic != b"RpmP" or version != 0:
        raise ValueError("not an rpm database in ndb format")
    if not 0 < slot_pages * _PAGE_BYTES <= size:
        raise ValueError("rpm database with more slots than bytes")
    slots = stream.read(slot_pages * _PAGE_BYTES - _HEADER.size)
    left = size  # blobs do not overlap
    for slot_magic, number, block, blocks in _SLOT.iter_unpack(slots[: len(slots) // _SLOT.size * _SLOT.size]):
        if slot_magic != b"Slot":
            faults.append("a slot without its magic number")
            return
        if not number or not block:
            continue  # free
        left -= blocks * _BLOCK_BYTES
        if left < 0:
            faults.append("packages that overlap")
            return
        stream.seek(block * _BLOCK_BYTES)
        head = stream.read(_BLOB.size)
        blob_magic, blob_number, _, length = _BLOB.unpack(head) if len(head) == _BLOB.size else (b"", 0, 0, 0)
        if blob_magic != b"BlbS" or blob_number != number or length > blocks * _BLOCK_BYTES - _BLOB.size:
            faults.append(f"package {number} is not at the place in its slot")
            continue
        yield stream.read(length)

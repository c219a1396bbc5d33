"""Filters of a section's keys: most look-ups of a missing key end at the filter, without reading a bucket.

A filter has one bit for each hash of a key. A key whose bit is not set is not in the section. A few missing keys pass
the filter; the bucket then shows that they are missing.
"""

from collections.abc import Collection, Iterable
from zlib import crc32

BITS_PER_KEY = 16  # at most one missing key in 16 passes the filter


def hash_of(key: bytes) -> int:
    # A checksum alone is linear: the ids of one year would collide with those of another.
    mixed = crc32(key) * 0x9E3779B1 & 0xFFFFFFFF
    return mixed ^ mixed >> 15


def filter_of(hashes: Collection[int]) -> bytes:
    """A filter of the hashes. Its size in bytes is a power of two, so that the low bits of a hash select the byte."""
    size = 1 << max(0, (len(hashes) * BITS_PER_KEY // 8 - 1).bit_length())
    found = bytearray(size)
    for hashed in hashes:
        byte, bit = place_of(hashed)
        found[byte & size - 1] |= bit
    return bytes(found)


def place_of(hashed: int) -> tuple[int, int]:
    """The number of a hash's byte, of which the filter's size cuts the high bits, and the bit in it."""
    return hashed >> 3, 1 << (hashed & 7)


def passing(keys: Iterable[bytes], places: Iterable[tuple[int, int]], filter: bytes) -> list[bytes]:
    """The keys that may be in the section. ``places`` are the positions of the keys' bits, in the same order."""
    mask = len(filter) - 1
    return [key for key, (byte, bit) in zip(keys, places, strict=True) if filter[byte & mask] & bit]

"""Which keys a section cannot have: a look-up of them ends there, without a bucket being read.

A filter has one bit for each hash of a key. Keys of which the bit is not set are not in the section; of the others a few
are not there either, which their bucket says.
"""

from collections.abc import Collection, Iterable
from zlib import crc32

BITS_PER_KEY = 16  # one absent key in 16 has its bit set by another, at most


def hash_of(key: bytes) -> int:
    # A checksum alone is linear: the numbers of one year would meet those of another.
    mixed = crc32(key) * 0x9E3779B1 & 0xFFFFFFFF
    return mixed ^ mixed >> 15


def filter_of(hashes: Collection[int]) -> bytes:
    """Of a power of two of bytes, so that the last bits of a hash are its place."""
    size = 1 << max(0, (len(hashes) * BITS_PER_KEY // 8 - 1).bit_length())
    found = bytearray(size)
    for hashed in hashes:
        byte, bit = place_of(hashed)
        found[byte & size - 1] |= bit
    return bytes(found)


def place_of(hashed: int) -> tuple[int, int]:
    """The byte, of which the last bits count, and the bit in it."""
    return hashed >> 3, 1 << (hashed & 7)


def passing(keys: Iterable[bytes], places: Iterable[tuple[int, int]], filter: bytes) -> list[bytes]:
    """Those of the keys, of which these are the places, that may be there."""
    mask = len(filter) - 1
    return [key for key, (byte, bit) in zip(keys, places, strict=True) if filter[byte & mask] & bit]

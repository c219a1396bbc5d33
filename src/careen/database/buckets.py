"""The layout of records in the database file. Each look-up can verify both what it finds and that a key is absent.

The file has a head, one blob: the time of its build, and the feeds in order of precedence, each with the texts that
many of its records share. The records of one kind in a feed (advisories of a namespace, records of vulnerabilities,
scores …) are a section: its keys in order, packed into buckets of about one KiB. No bucket refers to another feed, so
that the buckets of a feed are the same in every file. A section of several buckets begins with its directory: the first
key of each bucket, and a filter of all keys. The head states where each section begins and how many buckets it has.
Every blob begins with a checksum over its content, its section and its number in it. A key can thus only be in one
bucket, which has to exist and to be the bucket that was written. A row that was changed, lost or moved is reported as
damage.
Raises: ValueError, sqlite3.Error if the file is damaged.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import accumulate
from operator import ge, gt
from struct import Struct as Struct_
from struct import unpack_from

import msgspec

from .filters import filter_of, hash_of, passing, place_of
from .head import Head, Section

BUCKET_BYTES = 960  # four of them fill a page
DIGEST_BYTES = 8
HEAD = b"head"

UNFILTERED = frozenset({"epss"})  # nearly every key that is looked up exists in these kinds

# The first key of each bucket, and the filter of all keys, which is empty if it would not help.
Directory = tuple[list[bytes], bytes]


def sealed(payload: bytes, tag: bytes, number: int) -> bytes:
    """The payload with a checksum in front. The directory has number 0, buckets are numbered from 1."""
    return blake2b(payload, digest_size=DIGEST_BYTES, person=tag, salt=number.to_bytes(8)).digest() + payload


def opened(blob: bytes | None, tag: bytes, number: int) -> bytes:
    """The payload of a sealed blob. Raises ValueError if the checksum is not that of this payload, section and number."""
    if blob is None:  # SQLite may return None for a damaged page
        raise ValueError("a row has no content")
    payload = blob[DIGEST_BYTES:]
    if blake2b(payload, digest_size=DIGEST_BYTES, person=tag, salt=number.to_bytes(8)).digest() != blob[:DIGEST_BYTES]:
        raise ValueError("a checksum is wrong")
    return payload


def look_up(payload: bytes, wanted: frozenset[bytes]) -> Iterator[tuple[str, bytes]]:
    """The wanted keys that are in a bucket, with their values."""
    size = int.from_bytes(payload[:_INT], "little")
    keys = payload[_INT + 1 : _INT + size - 1].split(_BETWEEN)
    for key in wanted.intersection(keys):
        start, end = _PAIR.unpack_from(payload, _INT + size + _INT * keys.index(key))
        yield key.decode(), payload[start:end]


def entries(payload: bytes) -> Iterator[tuple[str, bytes]]:
    """The keys and values of a bucket, in order."""
    size = int.from_bytes(payload[:_INT], "little")
    keys = payload[_INT + 1 : _INT + size - 1].split(_BETWEEN)
    for number, key in enumerate(keys):
        start, end = _PAIR.unpack_from(payload, _INT + size + _INT * number)
        yield key.decode(), payload[start:end]


def checked(section: Section, tag: bytes, blobs: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the blobs of a section from another file, after checking that a look-up can find each of its keys in
    exactly one bucket. Raises ValueError.
    """
    firsts: list[bytes] = []
    filter, last, count, number = b"", b"", 0, 0
    rows = iter(blobs)
    if section.buckets > 1:
        directory = next(rows, b"")
        firsts, filter = read_directory(section, tag, directory)
        yield directory
    for number, blob in enumerate(rows, 1):
        keys = _checked_keys(opened(blob, tag, number))
        is_first = number == 1
        if number > section.buckets or (firsts and keys[0] != firsts[number - 1]) or not (is_first or last < keys[0]):
            raise ValueError("a bucket is out of order")
        if filter and len(passing(keys, map(place_of, map(hash_of, keys)), filter)) < len(keys):
            raise ValueError("the filter of a section does not match its keys")
        if is_first and keys[0] != section.low.encode():
            raise ValueError("a section does not begin as it should")
        count, last = count + len(keys), keys[-1]
        yield blob
    if number != section.buckets:
        raise ValueError("a bucket is missing")
    if (count, last) != (section.keys, section.high.encode()):
        raise ValueError("the number of keys of a section, or its last key, is not as stated")


def read_directory(section: Section, tag: bytes, blob: bytes) -> Directory:
    found: Directory = _DIRECTORY.decode(opened(blob, tag, 0))
    if len(found[0]) != section.buckets:
        raise ValueError("a directory is not that of its section")
    return found


def _checked_keys(payload: bytes) -> list[bytes]:
    """The keys of a bucket. Raises ValueError if they or the positions of their values are not in order."""
    size = int.from_bytes(payload[:_INT], "little")
    keys = payload[_INT + 1 : _INT + size - 1].split(_BETWEEN)
    start, end = _INT + size, _INT + size + _INT * (len(keys) + 1)
    places = unpack_from(f"<{len(keys) + 1}I", payload, start) if end <= len(payload) else ()
    if not places or places[0] != end or places[-1] != len(payload) or any(map(gt, places, places[1:])):
        raise ValueError("a bucket is malformed")
    if any(map(ge, keys, keys[1:])):
        raise ValueError("keys of a bucket are out of order")
    b"".join(keys).decode()
    return keys


def sealed_head(head: Head) -> bytes:
    return sealed(_ENCODER.encode(head), HEAD, 0)


class Packer:
    """Packs keys, which have to arrive in order, and their packed values into the rows of one section."""

    def __init__(self, tag: bytes, filtered: bool) -> None:
        self._tag = tag
        self._filtered = filtered
        self._hashes: list[int] = []
        self._bodies: list[bytes] = []
        self._firsts: list[bytes] = []
        self._low = ""
        self._bucket: dict[str, bytes] = {}
        self._size = 0
        self.last = ""

    def add(self, key: str, value: bytes) -> None:
        size = len(key) + len(value) + 5
        if self._bucket and self._size + size > BUCKET_BYTES:
            self._close()
        packed = key.encode()
        if self._filtered:
            self._hashes.append(hash_of(packed))
        if not self._bucket:
            self._firsts.append(packed)
            self._low = self._low or key
        self._bucket[key] = value
        self._size += size
        self.last = key

    def rows(self) -> tuple[list[bytes], int, str]:
        """(the blobs, the directory first if there is one; the number of buckets; the first key)."""
        self._close()
        count = len(self._bodies)
        if count > 1:
            directory: Directory = (self._firsts, filter_of(self._hashes) if self._filtered else b"")
            self._bodies.insert(0, sealed(_ENCODER.encode(directory), self._tag, 0))
        return self._bodies, count, self._low

    def _close(self) -> None:
        self._bodies.append(sealed(_packed(self._bucket), self._tag, len(self._bodies) + 1))
        self._bucket = {}
        self._size = 0


_ENCODER = msgspec.msgpack.Encoder()
_DIRECTORY = msgspec.msgpack.Decoder(Directory)
_INT = 4
_PAIR = Struct_("<II")
_BETWEEN = b"\xff"  # a byte that UTF-8 never contains


def _packed(bucket: Mapping[str, bytes]) -> bytes:
    """The bytes of a bucket: the length of the keys; the keys, separated by bytes that UTF-8 never contains; the start
    of each value, and the end of the last; the values.
    """
    keys = _BETWEEN + _BETWEEN.join(key.encode() for key in bucket) + _BETWEEN
    start = _INT + len(keys) + _INT * (len(bucket) + 1)
    places = list(accumulate(map(len, bucket.values()), initial=start))
    numbers = (len(keys).to_bytes(_INT, "little"), b"".join(place.to_bytes(_INT, "little") for place in places))
    return b"".join((numbers[0], keys, numbers[1], *bucket.values()))

"""How records lie in the file, so that each look-up verifies what it reads, and what it does not find.

The file has a head, one blob: when it was built, and the feeds in the order in which they count, each with the words that
many of its records share. What a feed says of one kind (advisories of a namespace, records of vulnerabilities, scores …) is
a section: its keys in order, packed into buckets of about one KiB. Nothing in a bucket refers to another feed, so that the
buckets of a feed are the same in every file. A section of several buckets begins with its directory: the first key
of each bucket, and a filter of all keys. Where each section begins, and how many buckets it has, stands in the head. Every
blob begins with a checksum over its content, its section and its number there. A key can thus be in one bucket alone,
which must be there and must be the one that was written: a row that was changed, lost or put elsewhere is damage, and
never an answer.
Raises: ValueError, sqlite3.Error where the file is damaged.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import blake2b
from itertools import accumulate, groupby
from operator import attrgetter, ge, gt
from struct import Struct as Struct_
from struct import unpack_from
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Raw, Struct

from careen import __version__
from careen.model.advisory import PassedOver

from .filters import filter_of, hash_of, passing, place_of

if TYPE_CHECKING:
    import sqlite3

BUCKET_BYTES = 960  # four of them fill a page
DIGEST_BYTES = 8
HEAD = b"head"

UNFILTERED = frozenset({"epss"})  # nearly every key that is looked up is there

Kind = Literal["advisory", "bundle", "malicious", "record", "alias", "epss", "exploited", "repository", "support", "listed"]


class FeedRow(Struct, frozen=True, array_like=True, gc=False):
    """What the database keeps of one fetched file."""

    path: str
    source: str
    part: str = ""
    url: str = ""
    as_of: str = ""
    fetched: str = ""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    records: int = 0
    detail: str = ""
    reader: str = __version__  # another version of Careen may find more in the same file
    confirmed: str = ""  # day up to which the origin vouched that this is the newest
    derived: bool = False  # made by a mirror, and not its source's own
    large: bool = False  # fetched by ``careen db update --full`` alone
    layer: str = ""  # digest of the layer of a publication that it came from; "" where it was read from its source
    unread: tuple[PassedOver, ...] = ()  # records that could not be read: of these it says what it said before


def label_of(row: FeedRow) -> str:
    """The name of a source, or of a part of it, that people see and write."""
    return f"{row.source}/{row.part}" if row.part else row.source


def age_key(row: FeedRow) -> tuple[str, str]:
    """By which of two states of a feed is the newer: the day of the data, then the day up to which they were confirmed."""
    return row.as_of[:10], row.confirmed[:10]


def _cleaned(row: FeedRow) -> FeedRow:
    """Earlier versions kept the address of a mirror with the user and password that were written in it."""
    if "@" not in row.url:
        return row
    from careen.net.addresses import without_credentials

    return msgspec.structs.replace(row, url=without_credentials(row.url))


class Section(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """``space`` is the namespace, "" for kinds without one. The last fields are those of advisories."""

    kind: Kind
    space: str
    first: int  # row of the directory, or of the only bucket
    buckets: int
    low: str  # its first key
    high: str  # its last key
    records: int
    keys: int
    partial: bool = False
    unfixed: bool = False
    detail: str = ""

    @property
    def start(self) -> int:
        """The row of the first bucket."""
        return self.first + (self.buckets > 1)

    @property
    def end(self) -> int:
        """The row behind the last bucket."""
        return self.start + self.buckets

    @property
    def blobs(self) -> int:
        """How many rows it has: its buckets, and its directory."""
        return self.end - self.first


class Held(Struct, frozen=True):
    """``words``: the texts that its packed values name by their numbers."""

    row: FeedRow
    words: tuple[str, ...]
    sections: tuple[Section, ...]

    def tag(self, section: Section) -> bytes:
        return tag_of(self.row.path, section.kind, section.space)

    def section(self, kind: Kind, space: str = "") -> Section | None:
        return next((one for one in self.sections if one.kind == kind and one.space == space), None)


class Head(Struct, frozen=True, array_like=True):
    built: str
    rows: tuple[FeedRow, ...]  # in the order in which they count
    words: tuple[Raw, ...]  # of each of them; a look-up needs few of them, too
    packed: dict[str, Raw]  # by kind and namespace: the numbers of feeds, and their sections; a look-up needs few of them

    def words_of(self, number: int) -> tuple[str, ...]:
        return _WORDS.decode(self.words[number])

    def sections(self, kind: str, space: str) -> list[tuple[int, Section]]:
        packed = self.packed.get(f"{kind} {space}")
        return [] if packed is None else _SECTIONS.decode(packed)

    def held(self) -> tuple[Held, ...]:
        """All feeds with all their sections, in the order in which they lie in the file."""
        found: list[list[Section]] = [[] for _ in self.rows]
        for packed in self.packed.values():
            for number, section in _SECTIONS.decode(packed):
                found[number].append(section)
        return tuple(
            Held(row, self.words_of(number), tuple(sorted(sections, key=attrgetter("first"))))
            for number, (row, sections) in enumerate(zip(self.rows, found, strict=True))
        )


def head_of(built: str, feeds: Sequence[Held]) -> Head:
    sections: dict[str, list[tuple[int, Section]]] = {}
    for number, held in enumerate(feeds):
        for section in held.sections:
            sections.setdefault(f"{section.kind} {section.space}", []).append((number, section))
    packed = {name: Raw(_ENCODER.encode(found)) for name, found in sections.items()}
    return Head(built, tuple(held.row for held in feeds), tuple(Raw(_ENCODER.encode(held.words)) for held in feeds), packed)


# The first key of each bucket, and the filter of all keys: none where it would be of no use.
Directory = tuple[list[bytes], bytes]


class Wanted:
    """Keys to be looked up."""

    def __init__(self, keys: Iterable[str]) -> None:
        # Names that an image spells in other bytes than UTF-8 are nobody's.
        self._texts = sorted({key for key in keys if key.isascii() or _is_utf8(key)})
        self._ordered = [key.encode() for key in self._texts]  # UTF-8 sorts as its text does
        self.keys = frozenset(self._ordered)

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [place_of(hash_of(key)) for key in self._ordered]

    def reach(self, section: Section) -> bool:
        """Whether some may be in a section; most sections begin and end between two of them."""
        texts = self._texts
        at = bisect_left(texts, section.low)
        return at < len(texts) and texts[at] <= section.high

    def within(self, section: Section, filter: bytes) -> Sequence[bytes]:
        """Those that may be in a section with this filter, in order."""
        texts = self._texts
        start, end = bisect_left(texts, section.low), bisect_right(texts, section.high)
        ordered = self._ordered[start:end]
        return passing(ordered, self._places[start:end], filter) if filter else ordered


class Shelf:
    """The buckets of a file that is open."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._connection = connection
        self._directories: dict[int, Directory] = {}

    def head(self) -> Head:
        head = self.head_as_written()
        return msgspec.structs.replace(head, rows=tuple(map(_cleaned, head.rows)))

    def head_as_written(self) -> Head:
        row = self._connection.execute("SELECT body FROM head WHERE id = 1").fetchone()
        if row is None:
            raise ValueError("its head is missing")
        return _HEAD.decode(opened(row[0], HEAD, 0))

    def find(self, section: Section, tag: bytes, wanted: "Wanted") -> Iterator[tuple[str, bytes]]:
        """What is there of these keys; ``tag`` is that of the section."""
        if not wanted.reach(section):
            return
        firsts, filter = self._directory(section, tag)
        ordered = wanted.within(section, filter)
        if not ordered:
            return
        for number, body in self._buckets(section, list(_grouped(ordered, firsts))):
            payload = opened(body, tag, number + 1)
            size = int.from_bytes(payload[:_INT], "little")
            keys = payload[_INT + 1 : _INT + size - 1].split(_BETWEEN)
            for key in wanted.keys.intersection(keys):
                start, end = _PAIR.unpack_from(payload, _INT + size + _INT * keys.index(key))
                yield key.decode(), payload[start:end]

    def walk(self, section: Section, tag: bytes) -> Iterator[tuple[str, bytes]]:
        """All of a section, in order."""
        for number, body in self._span(section):
            yield from _unpacked(opened(body, tag, number + 1))

    def rows(self, section: Section, tag: bytes) -> Iterator[bytes]:
        """The blobs of a section as they are, each verified: to be put into another file."""
        if section.buckets > 1:
            (body,) = self._one(section.first)
            opened(body, tag, 0)
            yield body
        for number, body in self._span(section):
            opened(body, tag, number + 1)
            yield body

    def _directory(self, section: Section, tag: bytes) -> Directory:
        if section.buckets == 1:
            return [section.low.encode()], b""
        found = self._directories.get(section.first)
        if found is None:
            (body,) = self._one(section.first)
            found = self._directories[section.first] = _read_directory(section, tag, body)
        return found

    def _one(self, row: int) -> tuple[bytes]:
        found = self._connection.execute(f"{_SELECT} = ?", (row,)).fetchone()
        if found is None:
            raise ValueError(f"row {row} is missing")
        return (found[1],)

    def _buckets(self, section: Section, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        start = section.start
        if len(numbers) * 2 > numbers[-1] - numbers[0]:  # neighbours are read faster in one go
            chosen = set(numbers)
            for row, body in self._between(start + numbers[0], start + numbers[-1] + 1):
                if row - start in chosen:
                    yield row - start, body
            return
        for at in range(0, len(numbers), _CHUNK):
            chunk = numbers[at : at + _CHUNK]
            # (the numbers are ours, and not bound: SQLite takes but so many parameters)
            sql = f"{_SELECT} IN ({','.join([str(start + number) for number in chunk])})"
            found = self._connection.execute(sql).fetchall()
            if len(found) != len(chunk):
                raise ValueError("a bucket is missing")
            for row, body in found:
                yield row - start, body

    def _span(self, section: Section) -> Iterator[tuple[int, bytes]]:
        for row, body in self._between(section.start, section.end):
            yield row - section.start, body

    def _between(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        expected = start
        for row, body in self._connection.execute(f"{_SELECT} >= ? AND id < ? ORDER BY id", (start, end)):
            if row != expected:
                break
            yield row, body
            expected += 1
        if expected < end:
            raise ValueError("a bucket is missing")


_SELECT = "SELECT id, body FROM bucket WHERE id"
_CHUNK = 500


def _is_utf8(text: str) -> bool:
    return text == text.encode("utf-8", "ignore").decode("utf-8")


def tag_of(path: str, kind: str, space: str) -> bytes:
    """What binds blobs to their section: the feed, the kind, and the namespace."""
    return blake2b(f"{path}\0{kind}\0{space}".encode(), digest_size=16).digest()


def sealed(payload: bytes, tag: bytes, number: int) -> bytes:
    """A blob with its checksum; the directory has number 0, buckets count from 1."""
    return blake2b(payload, digest_size=DIGEST_BYTES, person=tag, salt=number.to_bytes(8)).digest() + payload


def opened(blob: bytes | None, tag: bytes, number: int) -> bytes:
    if blob is None:  # what a damaged page of SQLite's own may give
        raise ValueError("a row has no content")
    payload = blob[DIGEST_BYTES:]
    if blake2b(payload, digest_size=DIGEST_BYTES, person=tag, salt=number.to_bytes(8)).digest() != blob[:DIGEST_BYTES]:
        raise ValueError("a checksum is wrong")
    return payload


def checked(section: Section, tag: bytes, blobs: Iterable[bytes]) -> Iterator[bytes]:
    """The blobs of a section that another file has, if a look-up finds in them all that they hold, and each key once."""
    firsts: list[bytes] = []
    filter, last, count, number = b"", b"", 0, 0
    rows = iter(blobs)
    if section.buckets > 1:
        directory = next(rows, b"")
        firsts, filter = _read_directory(section, tag, directory)
        yield directory
    for number, blob in enumerate(rows, 1):
        keys = _keys(opened(blob, tag, number))
        is_first = number == 1
        if number > section.buckets or (firsts and keys[0] != firsts[number - 1]) or not (is_first or last < keys[0]):
            raise ValueError("a bucket is out of order")
        if filter and len(passing(keys, map(place_of, map(hash_of, keys)), filter)) < len(keys):
            raise ValueError("a filter is not that of its section")
        if is_first and keys[0] != section.low.encode():
            raise ValueError("a section does not begin as it should")
        count, last = count + len(keys), keys[-1]
        yield blob
    if number != section.buckets:
        raise ValueError("a bucket is missing")
    if (count, last) != (section.keys, section.high.encode()):
        raise ValueError("a section does not hold what it should")


def _read_directory(section: Section, tag: bytes, blob: bytes) -> Directory:
    found: Directory = _DIRECTORY.decode(opened(blob, tag, 0))
    if len(found[0]) != section.buckets:
        raise ValueError("a directory is not that of its section")
    return found


def _keys(payload: bytes) -> list[bytes]:
    """The keys of a bucket; raises ValueError where they or the places of their values are not in order."""
    size = int.from_bytes(payload[:_INT], "little")
    keys = payload[_INT + 1 : _INT + size - 1].split(_BETWEEN)
    start, end = _INT + size, _INT + size + _INT * (len(keys) + 1)
    places = unpack_from(f"<{len(keys) + 1}I", payload, start) if end <= len(payload) else ()
    if not places or places[0] != end or places[-1] != len(payload) or any(map(gt, places, places[1:])):
        raise ValueError("a bucket is not one")
    if any(map(ge, keys, keys[1:])):
        raise ValueError("keys of a bucket are out of order")
    b"".join(keys).decode()
    return keys


def sealed_head(head: Head) -> bytes:
    return sealed(_ENCODER.encode(head), HEAD, 0)


class Packer:
    """Makes the rows of one section out of keys, which come in order, and their packed values."""

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
        """(the blobs, directory first where there is one; the number of buckets; the first key)."""
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
_HEAD = msgspec.msgpack.Decoder(Head)
_WORDS = msgspec.msgpack.Decoder(tuple[str, ...])
_SECTIONS = msgspec.msgpack.Decoder(list[tuple[int, Section]])
_DIRECTORY = msgspec.msgpack.Decoder(Directory)
_INT = 4
_PAIR = Struct_("<II")
_BETWEEN = b"\xff"  # in no text in UTF-8


def _packed(bucket: Mapping[str, bytes]) -> bytes:
    """The length of the keys; the keys, between bytes that no text has; where each value begins, and the end; the values."""
    keys = _BETWEEN + _BETWEEN.join(key.encode() for key in bucket) + _BETWEEN
    start = _INT + len(keys) + _INT * (len(bucket) + 1)
    places = list(accumulate(map(len, bucket.values()), initial=start))
    numbers = (len(keys).to_bytes(_INT, "little"), b"".join(place.to_bytes(_INT, "little") for place in places))
    return b"".join((numbers[0], keys, numbers[1], *bucket.values()))


def _unpacked(payload: bytes) -> Iterator[tuple[str, bytes]]:
    size = int.from_bytes(payload[:_INT], "little")
    keys = payload[_INT + 1 : _INT + size - 1].split(_BETWEEN)
    for number, key in enumerate(keys):
        start, end = _PAIR.unpack_from(payload, _INT + size + _INT * number)
        yield key.decode(), payload[start:end]


def _grouped(ordered: Sequence[bytes], firsts: Sequence[bytes]) -> Iterator[int]:
    """The numbers of the buckets in which the keys may be."""
    if len(firsts) > len(ordered):
        for behind, _ in groupby(ordered, partial(bisect_right, firsts)):
            yield behind - 1
        return
    at = 0
    for number, next_first in enumerate(firsts[1:]):
        if ordered[at] < next_first:
            yield number
            at = bisect_left(ordered, next_first, at)
            if at == len(ordered):
                return
    yield len(firsts) - 1

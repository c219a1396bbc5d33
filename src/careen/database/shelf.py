"""Reads the buckets of an open database file, each verified.

Raises: ValueError, sqlite3.Error if the file is damaged.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from .buckets import HEAD, Directory, entries, look_up, opened, read_directory
from .filters import hash_of, passing, place_of
from .head import Head, Section, without_password

if TYPE_CHECKING:
    import sqlite3

_SELECT = "SELECT id, body FROM bucket WHERE id"
_CHUNK = 500
_HEAD = msgspec.msgpack.Decoder(Head)


class Wanted:
    """Keys to be looked up."""

    def __init__(self, keys: Iterable[str]) -> None:
        # Names that are not UTF-8, which an image may contain, match no record.
        self._texts = sorted({key for key in keys if key.isascii() or _is_utf8(key)})
        self._ordered = [key.encode() for key in self._texts]  # UTF-8 has the same order as the text
        self.keys = frozenset(self._ordered)

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [place_of(hash_of(key)) for key in self._ordered]

    def reach(self, section: Section) -> bool:
        """Whether one of the keys may be in a section; most sections lie between two keys."""
        texts = self._texts
        at = bisect_left(texts, section.low)
        return at < len(texts) and texts[at] <= section.high

    def within(self, section: Section, filter: bytes) -> Sequence[bytes]:
        """The keys that may be in a section with this filter, in order."""
        texts = self._texts
        start, end = bisect_left(texts, section.low), bisect_right(texts, section.high)
        ordered = self._ordered[start:end]
        return passing(ordered, self._places[start:end], filter) if filter else ordered


class Shelf:
    """The buckets of an open file."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._connection = connection
        self._directories: dict[int, Directory] = {}

    def head(self) -> Head:
        head = self.head_as_written()
        return msgspec.structs.replace(head, rows=tuple(map(without_password, head.rows)))

    def head_as_written(self) -> Head:
        row = self._connection.execute("SELECT body FROM head WHERE id = 1").fetchone()
        if row is None:
            raise ValueError("its head is missing")
        return _HEAD.decode(opened(row[0], HEAD, 0))

    def find(self, section: Section, tag: bytes, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
        """The wanted keys in a section, with their values. ``tag`` is that of the section."""
        if not wanted.reach(section):
            return
        firsts, filter = self._directory(section, tag)
        ordered = wanted.within(section, filter)
        if not ordered:
            return
        for number, body in self._buckets(section, list(_grouped(ordered, firsts))):
            yield from look_up(opened(body, tag, number + 1), wanted.keys)

    def walk(self, section: Section, tag: bytes) -> Iterator[tuple[str, bytes]]:
        """All keys and values of a section, in order."""
        for number, body in self._span(section):
            yield from entries(opened(body, tag, number + 1))

    def rows(self, section: Section, tag: bytes) -> Iterator[bytes]:
        """The blobs of a section, each verified, to copy them into another file."""
        if section.buckets > 1:
            (body,) = self._one(section.first)
            opened(body, tag, 0)
            yield body
        for number, body in self._span(section):
            opened(body, tag, number + 1)
            yield body

    def same(self, section: Section, other: "Shelf", theirs: Section) -> bool:
        """Whether a section has the same blobs as a section with the same tag in another file. Both are read without
        verification. False if they cannot be read; a later reader reports why.
        """
        import sqlite3

        try:
            pairs = zip(self._blobs(section), other._blobs(theirs), strict=False)
            return section.blobs == theirs.blobs and all(mine == its for mine, its in pairs)
        except (sqlite3.Error, ValueError):
            return False

    def _blobs(self, section: Section) -> Iterator[bytes]:
        return (body for _, body in self._between(section.first, section.end))

    def _directory(self, section: Section, tag: bytes) -> Directory:
        if section.buckets == 1:
            return [section.low.encode()], b""
        found = self._directories.get(section.first)
        if found is None:
            (body,) = self._one(section.first)
            found = self._directories[section.first] = read_directory(section, tag, body)
        return found

    def _one(self, row: int) -> tuple[bytes]:
        found = self._connection.execute(f"{_SELECT} = ?", (row,)).fetchone()
        if found is None:
            raise ValueError(f"row {row} is missing")
        return (found[1],)

    def _buckets(self, section: Section, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        start = section.start
        if len(numbers) * 2 > numbers[-1] - numbers[0]:  # one query for neighbours is faster than single ones
            chosen = set(numbers)
            for row, body in self._between(start + numbers[0], start + numbers[-1] + 1):
                if row - start in chosen:
                    yield row - start, body
            return
        for at in range(0, len(numbers), _CHUNK):
            chunk = numbers[at : at + _CHUNK]
            # (the numbers are ours, and not bound: SQLite limits the number of parameters)
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


def _grouped(ordered: Sequence[bytes], firsts: Sequence[bytes]) -> Iterator[int]:
    """The numbers of the buckets that may have the keys."""
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


def _is_utf8(text: str) -> bool:
    return text == text.encode("utf-8", "ignore").decode("utf-8")

"""Reads files by the chunks of a table of contents: fetched in few requests, inflated, verified.

Chunks come in the order of the stored bytes, so that only one part is in memory at a time.
Raises: TableError for a chunk that does not match the table.
"""

import io
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import itemgetter

from careen.errors import TableError
from careen.formats.archives.inflate import Stream, open_stream
from careen.formats.archives.table_files import Chunk
from careen.model.image import Parts
from careen.safety.budget import Limits, Spending
from careen.safety.digest import has_digest

SPAN_BYTES = 8 << 20
Span = tuple[int, int]


def spans(chunks: Iterable[Chunk], spare_bytes: int = 0, most_bytes: int = SPAN_BYTES) -> list[Span]:
    """The byte ranges that contain the chunks. The smallest gaps are fetched too, because a request costs more than
    some bytes: together at most a 25th of the bytes of the chunks, or ``spare_bytes`` if that is more.
    """
    places = dict.fromkeys((chunk.start, chunk.stop) for chunk in chunks)
    gaps = sorted((after - before, after) for (_, before), (after, _) in pairwise(places))
    left = max(spare_bytes, sum(stop - start for start, stop in places) // 25)
    closed: set[int] = set()  # the starts behind these gaps
    for gap, after in gaps:
        left -= gap
        if left < 0:
            break
        closed.add(after)
    found: list[Span] = []
    for start, stop in places:
        if start in closed and stop - found[-1][0] <= most_bytes:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return found


class Chunks:
    """The chunks within some ranges. A range is fetched when its first chunk is read; a content that is known from another
    layer is not fetched."""

    def __init__(self, parts: Parts, spans: list[Span], spent: Spending, limits: Limits) -> None:
        self._parts, self._spans, self._spent, self._limits = parts, spans, spent, limits
        self._span: Span = (0, 0)
        self._data = memoryview(b"")
        self._start, self._stream = -1, Stream(iter(()))  # several chunks may begin at one position: see ``Chunk.inner``

    def content(self, chunk: Chunk) -> bytes:
        known = self._parts.known(chunk.digest)
        if known is not None:
            self._spent.made(len(known))  # a small table may list it any number of times
        data = self._inflated(chunk) if known is None else known
        if len(data) != chunk.size or (known is None and not has_digest(data, chunk.digest)):
            raise TableError(f"the chunk at byte {chunk.start} is not what the table states")
        self._parts.keep(chunk.digest, data)
        return data

    def _inflated(self, chunk: Chunk) -> bytes:
        try:
            if chunk.start != self._start:
                stored = io.BytesIO(self._stored(chunk))
                self._start, self._stream = chunk.start, open_stream(stored, self._limits, spent=self._spent)
            self._stream.skip(chunk.inner - self._stream.position)
            return self._stream.read(chunk.size)
        except ValueError as error:
            raise TableError(f"the chunk at byte {chunk.start}: {error}") from error

    def _stored(self, chunk: Chunk) -> memoryview:
        if not self._span[0] <= chunk.start < self._span[1]:
            self._span = self._spans[bisect_right(self._spans, chunk.start, key=itemgetter(0)) - 1]
            self._data = memoryview(self._parts.read(*self._span))
        return self._data[chunk.start - self._span[0] : chunk.stop - self._span[0]]


class Content(Stream):
    """The content of one file. Chunks that are skipped are not fetched."""

    def __init__(self, chunks: list[Chunk], source: Chunks) -> None:
        self._left = deque(chunks)
        super().__init__(self._pieces(source))

    def skip(self, size: int) -> int:
        done = super().skip(min(size, len(self.data) - self.at + sum(map(len, self._coming))))
        while done < size and self._left and self._left[0].size <= size - done:
            chunk = self._left.popleft()
            self.before += len(self.data) + chunk.size
            self.data, self.at = b"", 0
            done += chunk.size
        return done + super().skip(size - done)

    def _pieces(self, source: Chunks) -> Iterator[bytes]:
        while self._left:
            yield source.content(self._left.popleft())

import random

import pytest

from careen.errors import TableError
from careen.formats.archives.table_files import Chunk
from careen.layers.chunks import Chunks, Content, spans
from careen.safety.budget import Budget, Limits
from tests.support.images import compress, sha256


class Stored:
    """Chunks of random bytes, one after the other; ``spans`` are those that were read."""

    def __init__(self, sizes, how="zstd", seed=1):
        made = random.Random(seed)
        self.contents = [made.randbytes(size) for size in sizes]
        self.kept: dict[str, bytes] = {}
        self.data, self.chunks, self.spans = b"", [], []
        for content in self.contents:
            packed = compress(content, how)
            start = len(self.data)
            self.data += packed
            self.chunks.append(Chunk(len(content), start, len(self.data), 0, sha256(content)))

    def read(self, start, stop):
        self.spans.append((start, stop))
        return self.data[start:stop]

    def known(self, digest):
        return self.kept.get(digest)

    def keep(self, digest, content):
        pass

    def content(self, chunks=None, wanted=None):
        listed = self.chunks if chunks is None else chunks
        return Content(listed, Chunks(self, wanted or spans(listed), Budget(Limits()).layer(), Limits()))


def at(*places):
    return [Chunk(1, start, stop, 0, "x") for start, stop in places]


def test_adjacent_chunks_are_one_span():
    assert spans(at((0, 10), (10, 20), (20, 25), (90, 95))) == [(0, 25), (90, 95)]


def test_small_gaps_are_closed_up_to_a_25th_of_the_chunks():
    chunks = at((0, 1000), (1010, 2000), (2031, 3000), (3100, 3101))
    assert spans(chunks) == [(0, 3000), (3100, 3101)]
    assert spans(chunks, spare_bytes=10) == [(0, 3000), (3100, 3101)]
    assert spans(chunks, spare_bytes=200) == [(0, 3101)]


def test_the_bytes_between_chunks_stay_within_the_bound():
    made = random.Random(5)
    for _ in range(300):
        places, end = [], 0
        for _ in range(made.randint(1, 40)):
            start = end + made.choice((0, 0, 1, 7, 200, 5000))
            end = start + made.randint(1, 900)
            places.append((start, end))
        spare = made.choice((0, 0, 300))
        found = spans(at(*places), spare)
        wanted = sum(stop - start for start, stop in places)
        assert all(any(first <= start and stop <= last for first, last in found) for start, stop in places)
        assert sum(stop - start for start, stop in found) - wanted <= max(spare, wanted // 25)
        assert found == sorted(found)


def test_a_span_has_a_bound():
    chunks = at(*((start, start + 10) for start in range(0, 100, 10)))
    assert spans(chunks, most_bytes=30) == [(0, 30), (30, 60), (60, 90), (90, 100)]


def test_no_chunks():
    assert spans([]) == []


@pytest.mark.parametrize("how", ["zstd", "gzip"])
def test_the_content_in_any_pieces(how):
    stored = Stored([700, 1, 9000, 30], how)
    whole = b"".join(stored.contents)
    made = random.Random(2)
    for _ in range(50):
        stream, at = stored.content(), 0
        while at < len(whole):
            step = made.randint(1, 4000)
            match made.randrange(3):
                case 0:
                    assert stream.read(step) == whole[at : at + step]
                    at += min(step, len(whole) - at)
                case 1:
                    assert stream.peek(step) == whole[at : at + step]
                case 2:
                    assert stream.skip(step) == min(step, len(whole) - at)
                    at += min(step, len(whole) - at)
            assert stream.position == at
        assert stream.read(9) == b""


def test_a_span_is_fetched_once():
    stored = Stored([700, 1, 9000, 30])
    assert stored.content().read(20_000) == b"".join(stored.contents)
    assert stored.spans == [(0, len(stored.data))]


def test_chunks_that_are_skipped_are_not_fetched():
    stored = Stored([1000] * 9)
    stream = stored.content(wanted=[(chunk.start, chunk.stop) for chunk in stored.chunks])
    stream.peek(10)
    assert stream.skip(5500) == 5500
    assert stream.read(10) == stored.contents[5][500:510]
    assert stream.skip(10_000) == 3490
    assert stored.spans == [(stored.chunks[at].start, stored.chunks[at].stop) for at in (0, 5)]


def test_several_files_in_one_member():
    stored = Stored([3000], "gzip")
    data = stored.contents[0]
    chunks = [Chunk(100, 0, len(stored.data), at, sha256(data[at : at + 100])) for at in (50, 150, 2000)]
    source = Chunks(stored, spans(chunks), Budget(Limits()).layer(), Limits())
    assert [Content([chunk], source).read(100) for chunk in chunks] == [data[at : at + 100] for at in (50, 150, 2000)]


@pytest.mark.parametrize(
    "change",
    [
        lambda stored, chunk: (stored, Chunk(chunk.size, chunk.start, chunk.stop, 0, sha256(b"other"))),
        lambda stored, chunk: (stored, Chunk(chunk.size - 1, chunk.start, chunk.stop, 0, chunk.digest)),
        lambda stored, chunk: (stored, Chunk(chunk.size + 1, chunk.start, chunk.stop, 0, chunk.digest)),
        lambda stored, chunk: (stored, Chunk(chunk.size, chunk.start + 1, chunk.stop, 0, chunk.digest)),
        lambda stored, chunk: (stored, Chunk(chunk.size, chunk.start, chunk.stop - 9, 0, chunk.digest)),
        lambda stored, chunk: (stored, Chunk(chunk.size, chunk.start, chunk.stop, 1, chunk.digest)),
        lambda stored, chunk: (bytes(len(stored)), chunk),
        lambda stored, chunk: (stored[:40] + b"\0" + stored[41:], chunk),
    ],
)
@pytest.mark.parametrize("how", ["zstd", "gzip"])
def test_a_chunk_that_is_not_what_the_table_states(change, how):
    stored = Stored([500], how)
    stored.data, chunk = change(stored.data, stored.chunks[0])
    with pytest.raises(TableError, match="the chunk at byte"):
        stored.content([chunk]).read(500)


def test_inflated_bytes_are_charged():
    stored = Stored([3 << 20])
    spent = Budget(Limits(inflated_bytes=1 << 20)).layer()
    with pytest.raises(Exception, match="inflates to more than 1 MiB"):
        Content(stored.chunks, Chunks(stored, spans(stored.chunks), spent, Limits())).read(3 << 20)


def test_a_content_that_is_known_is_charged_each_time():
    stored = Stored([400_000])
    stored.kept = {stored.chunks[0].digest: stored.contents[0]}
    source = Chunks(stored, [], Budget(Limits(inflated_bytes=1 << 20)).layer(), Limits())
    assert source.content(stored.chunks[0]) == source.content(stored.chunks[0]) == stored.contents[0]
    assert not stored.spans
    with pytest.raises(Exception, match="inflates to more than 1 MiB"):
        source.content(stored.chunks[0])

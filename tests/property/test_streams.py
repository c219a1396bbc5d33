"""Streams beside the plain bytes that they stand for: whatever is read, peeked at and skipped, in whatever order."""

import gzip
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples

from careen.formats.archives.inflate import WINDOW_BYTES, SeekStream, open_stream
from careen.safety.budget import Limits

DATA = random.Random(3).randbytes(5 * WINDOW_BYTES + 77)
SIZES = st.one_of(st.integers(0, 600), st.integers(0, 3 * WINDOW_BYTES), st.just(WINDOW_BYTES), st.just(WINDOW_BYTES + 1))
PACKED = gzip.compress(DATA, 1)
STREAMS = {
    "seeking": lambda: SeekStream(io.BytesIO(DATA)),
    "plain": lambda: open_stream(io.BytesIO(DATA), Limits()),
    "gzip": lambda: open_stream(io.BytesIO(PACKED), Limits()),
    "ahead": lambda: open_stream(io.BytesIO(PACKED), Limits(), read_ahead=True),
}


@pytest.mark.parametrize("name", STREAMS)
@examples(300)
@given(steps=st.lists(st.tuples(st.sampled_from(("read", "peek", "skip", "take")), SIZES), max_size=30))
def test_a_stream_is_its_bytes(name, steps):
    stream, at = STREAMS[name](), 0
    try:
        for step, size in steps:
            left = DATA[at : at + size]
            if step == "read":
                assert stream.read(size) == left
                at += len(left)
            elif step == "peek":
                seen = stream.peek(size)
                assert seen == left[: len(seen)]
                assert len(seen) == len(left)
            elif step == "skip":
                assert stream.skip(size) == len(left)
                at += len(left)
            else:  # what is at hand, as the reader of tar headers does
                size = min(size, len(stream.data) - stream.at)
                assert stream.data[stream.at : stream.at + size] == DATA[at : at + size]
                stream.at += size
                at += size
            assert stream.position == at
        stream.drain()
        assert stream.position == len(DATA)
    finally:
        stream.close()


def test_a_seeking_stream_that_saw_the_end_goes_on_before_it():
    stream = SeekStream(io.BytesIO(DATA))
    assert stream.skip(5 * WINDOW_BYTES) == 5 * WINDOW_BYTES
    assert stream.peek(WINDOW_BYTES) == DATA[-77:]
    stream = SeekStream(io.BytesIO(DATA))
    stream.read(4 * WINDOW_BYTES)
    stream.read(1)
    assert stream.peek(2 * WINDOW_BYTES) == DATA[4 * WINDOW_BYTES + 1 :]
    assert stream.skip(WINDOW_BYTES) == WINDOW_BYTES
    assert stream.read(WINDOW_BYTES) == DATA[5 * WINDOW_BYTES + 1 :]

import bz2
import gzip
import io
import lzma
import random
import sys

import pytest

from careen.errors import InputError
from careen.formats.archives.inflate import TrailingError, TruncatedError, open_stream
from careen.safety.budget import Limits

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DATA = random.Random(7).randbytes(300_000) + b"a" * 3_000_000 + random.Random(8).randbytes(999)
STORED = {
    "plain": DATA,
    "gzip": gzip.compress(DATA),
    "two gzip members": gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:]),
    "padded gzip": gzip.compress(DATA) + bytes(5000),
    "zstd": zstd.compress(DATA),
    "two zstd frames": zstd.compress(DATA[:1000]) + zstd.compress(DATA[1000:]),
    "bzip2": bz2.compress(DATA),
    "xz": lzma.compress(DATA),
}


@pytest.mark.parametrize("name", STORED)
def test_gives_back_the_bytes_whatever_the_compression(name):
    sizes = random.Random(name)
    hashed = []
    stream = open_stream(io.BytesIO(STORED[name]), Limits(), hashed.append)
    parts = []
    at = 0
    while True:
        size = sizes.randint(1, 200_000)
        if sizes.random() < 0.3:
            assert stream.peek(size)[:10] == DATA[at : at + 10][: min(size, 10)]
        if sizes.random() < 0.2:
            parts.append(DATA[at : at + stream.skip(size)])
        else:
            parts.append(stream.read(size))
        at += len(parts[-1])
        assert stream.position == at
        if not parts[-1]:
            break
    assert b"".join(parts) == DATA
    if "padded" not in name:
        assert b"".join(hashed) == STORED[name]


@pytest.mark.parametrize("name", [name for name in STORED if name not in ("plain", "padded gzip")])
def test_truncated_data_are_reported_after_the_good_ones(name):
    stored = STORED[name]
    stream = open_stream(io.BytesIO(stored[: len(stored) - 50]), Limits())
    if name != "bzip2":  # its blocks are 900 kB: here the only one is damaged
        assert stream.read(500) == DATA[:500]
    with pytest.raises(TruncatedError):
        stream.drain()


def test_damaged_data_are_an_error():
    stored = bytearray(STORED["gzip"])
    stored[2000:2050] = bytes(50)
    with pytest.raises(ValueError, match=r"damaged|too early"):
        open_stream(io.BytesIO(bytes(stored)), Limits()).drain()


def test_a_bomb_is_stopped_by_its_ratio():
    bomb = gzip.compress(bytes(40 << 20))
    stream = open_stream(io.BytesIO(bomb), Limits(ratio_from_bytes=10 << 20))
    with pytest.raises(InputError, match="200 times"):
        stream.drain()
    assert stream.position <= 12 << 20


def test_a_layer_has_a_greatest_size():
    with pytest.raises(InputError, match="more than 1 MiB"):
        open_stream(io.BytesIO(STORED["zstd"]), Limits(inflated_bytes=1 << 20)).drain()


class InPieces(io.BytesIO):
    """Gives no more than up to the next of some places at a time."""

    places = ()

    def read(self, size=-1):
        at = self.tell()
        end = next((place for place in self.places if place > at), at + size)
        return super().read(min(size, end - at))


@pytest.mark.parametrize("how", [gzip.compress, zstd.compress])
@pytest.mark.parametrize("left", range(7))
def test_members_that_begin_at_the_end_of_a_chunk_are_read(how, left):
    """A chunk may end within the first bytes by which a member is known."""
    first, second = how(b"first"), how(b"second")
    raw = InPieces(first + second)
    raw.places = (len(first) + left, len(first) + left + 1)
    assert open_stream(raw, Limits(), exact=True).read(100) == b"firstsecond"


@pytest.mark.parametrize("rest", [b"garbage", b"\0" * 512, b"\x1f\x8b"])
def test_bytes_after_the_last_member_are_an_error_if_the_stream_is_exact(rest):
    data = gzip.compress(b"x" * 10, mtime=0) + rest
    assert open_stream(io.BytesIO(data), Limits()).read(100) == b"x" * 10
    with pytest.raises(TrailingError):
        open_stream(io.BytesIO(data), Limits(), exact=True).read(100)

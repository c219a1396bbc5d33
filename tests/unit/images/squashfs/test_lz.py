import random

import pytest

from careen.images.squashfs.lz import lz4, lzo


def test_lz4_literals_and_copies():
    assert lz4(b"\x50hello", 100) == b"hello"
    assert lz4(b"\x31abc\x03\x00\x20de", 100) == b"abcabcabde"  # 3 literals, 5 bytes from 3 back, 2 literals
    assert lz4(b"\x1fa\x01\x00\x05\x00", 100) == b"a" * 25  # a length that goes on in the next byte
    assert lz4(b"\xf0\x05" + b"x" * 20, 100) == b"x" * 20


def test_lzo_literals_and_copies():
    end = b"\x11\x00\x00"
    assert lzo(b"\x16hello" + end, 100) == b"hello"  # a first byte above 17 counts literals
    assert lzo(b"\x02hello" + end, 100) == b"hello"
    assert lzo(b"\x00\x05" + b"y" * 23 + end, 100) == b"y" * 23
    assert lzo(b"\x14abc" + b"\x48\x00" + end, 100) == b"abcabc"  # 3 bytes from 3 back
    assert lzo(b"\x14abc" + b"\x21\x08\x00" + end, 100) == b"abcabc"
    assert lzo(b"\x14abc" + b"\x49\x00d" + end, 100) == b"abcabcd"  # and one literal
    assert lzo(b"\x12a" + b"\x20\x04\x00\x00" + end, 100) == b"a" * 38


@pytest.mark.parametrize("data", [b"\x10", b"\xf0", b"\x10a\x02\x00", b"\x10a\x00\x00\x00", b"\x11a\x01"])
def test_damaged_lz4(data):
    with pytest.raises(ValueError, match="damaged"):
        lz4(data, 100)


@pytest.mark.parametrize("data", [b"", b"\x16hel", b"\x12a\x48\x05\x11\x00\x00", b"\x12a", b"\x00\x00"])
def test_damaged_lzo(data):
    with pytest.raises(ValueError, match="damaged"):
        lzo(data, 100)


def test_no_more_than_was_allowed():
    with pytest.raises(ValueError, match="out of bounds"):
        lz4(b"\x1fa\x01\x00" + b"\xff" * 1000 + b"\x00", 1000)
    with pytest.raises(ValueError, match="out of bounds"):
        lzo(b"\x12a" + b"\x20" + b"\x00" * 1000 + b"\x01\x00\x00", 1000)


@pytest.mark.parametrize("read", [lz4, lzo])
def test_noise_is_a_value_error(read):
    chance = random.Random(2)
    for _ in range(2000):
        try:
            assert len(read(chance.randbytes(chance.randrange(200)), 4096)) <= 4096
        except ValueError:
            continue

import contextlib
import io
import random

import pytest
from tests.support.boltdb import PAGE, write_bolt

from careen.images.containerd.boltdb import Bolt, Bucket, fnv

TREE = {
    b"v1": {b"version": b"\x01", b"default": {b"images": {b"a": {b"digest": b"x"}, b"b": {b"digest": b"y"}}}},
    b"wide": {f"key{number:03}".encode(): bytes(50) for number in range(200)},
    b"zz": {},
}


def unpacked(bolt, bucket):
    return {key: unpacked(bolt, value) if isinstance(value, Bucket) else value for key, value in bolt.items(bucket)}


@pytest.mark.parametrize("split", [False, True])
def test_reads_what_was_written(split):
    bolt = Bolt(io.BytesIO(write_bolt(TREE, split)))
    assert unpacked(bolt, bolt.root) == TREE


def test_a_bucket_is_found_by_its_path():
    bolt = Bolt(io.BytesIO(write_bolt(TREE)))
    assert dict(bolt.items(bolt.bucket(b"v1", b"default", b"images", b"b"))) == {b"digest": b"y"}
    assert bolt.bucket(b"v1", b"version") is None
    assert bolt.bucket(b"v1", b"none", b"deeper") is None


def test_a_damaged_root_leaves_the_other():
    data = bytearray(write_bolt(TREE))
    data[16 + 20] ^= 1
    bolt = Bolt(io.BytesIO(data))
    assert unpacked(bolt, bolt.root) == TREE
    data[PAGE + 16 + 20] ^= 1
    with pytest.raises(ValueError, match="not a Bolt"):
        Bolt(io.BytesIO(data))


def test_the_checksum_is_that_of_the_standard():
    assert fnv(b"") == 0xCBF29CE484222325
    assert fnv(b"a") == 0xAF63DC4C8601EC8C


def test_a_page_that_leads_to_itself_ends():
    data = bytearray(write_bolt(TREE, split=True))
    root = int.from_bytes(data[16 + 16 : 16 + 24], "little")
    place = root * PAGE + 16 + 8
    data[place : place + 8] = root.to_bytes(8, "little")
    bolt = Bolt(io.BytesIO(data))
    with pytest.raises(ValueError, match="deep"):
        unpacked(bolt, bolt.root)


@pytest.mark.parametrize("seed", range(200))
def test_damage_is_an_error_or_other_data(seed):
    chance, data = random.Random(seed), bytearray(write_bolt(TREE, split=seed % 2 == 0))
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(2 * PAGE, len(data))] = chance.randrange(256)
    data = data[: chance.choice([len(data), chance.randrange(len(data))])]
    with contextlib.suppress(ValueError):
        bolt = Bolt(io.BytesIO(data))
        assert isinstance(unpacked(bolt, bolt.root), dict)


@pytest.mark.parametrize("data", [b"", b"x" * 100, bytes(3 * PAGE)])
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match="not a Bolt"):
        Bolt(io.BytesIO(data))

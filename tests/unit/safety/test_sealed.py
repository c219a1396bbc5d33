import pytest

from careen.safety.sealed import SUM_BYTES, sealed, unsealed


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256))])
def test_what_was_sealed_comes_back_under_its_key_alone(data):
    kept = sealed("key 1", data)
    assert unsealed("key 1", kept) == data
    for key, other in [("key 2", kept), ("key", b" 1" + kept), ("key 1", kept + b"x"), ("key 1", kept[:-1]), ("key 1", b"")]:
        with pytest.raises(ValueError, match="checksum"):
            unsealed(key, other)


def test_key_and_content_do_not_run_into_each_other():
    assert sealed("ab", b"c")[:SUM_BYTES] != sealed("a", b"bc")[:SUM_BYTES]


def test_any_bit_counts():
    kept = sealed("key", b"some content")
    for place in range(len(kept) * 8):
        flipped = bytearray(kept)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(ValueError, match="checksum"):
            unsealed("key", bytes(flipped))

"""Features as bytes and back."""

import pytest

pytest.importorskip("numpy")

from careen.origin.features import features_of
from careen.origin.packed import packed, unpacked


def test_what_is_kept_comes_back():
    features = features_of("a.c", b'static const char *text = "a text of this file";\nint value_of(int a) { return a; }\n' * 9)
    kept = unpacked(packed(features))
    assert {family: hashes.tolist() for family, hashes in kept.items()} == {
        family: features[family].tolist() for family in features
    }


def test_what_is_left_out_is_not_there():
    assert "tokens" not in packed(features_of("a.c", b"int value_of(int a) { return a; }\n" * 30), ("tokens",))


def test_damage_is_an_error():
    with pytest.raises(ValueError, match="buffer"):
        unpacked({"file": b"1234567"})

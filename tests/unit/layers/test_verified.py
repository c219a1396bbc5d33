"""A layer's bytes are verified against the digests that the manifest and the configuration name."""

import gzip
import io

import pytest

from careen.errors import InputError
from careen.formats.archives.inflate import SeekStream
from careen.layers import verified
from careen.layers.verified import Digests, first_reading, read_again
from careen.plugins import silent
from careen.safety.budget import Budget, Limits
from tests.support.images import make_layer, sha256
from tests.unit.layers.helpers import layer_of

PLAIN = make_layer({"a": b"content"})
STORED = gzip.compress(PLAIN)


def read(layer, verify=True, progress=silent):
    """The uncompressed bytes, and the digests that were computed."""
    with first_reading(layer, Budget(Limits()).layer(), Limits(), verify_diff_id=verify, progress=progress) as (
        stream,
        digests,
    ):
        content = stream.read(1 << 20)
    return content, digests


def test_both_digests_are_computed():
    layer = layer_of(STORED, digest=sha256(STORED), diff_id=sha256(PLAIN))
    content, digests = read(layer)
    assert content.startswith(PLAIN[:512])
    assert digests == Digests(sha256(STORED), sha256(PLAIN))


def test_the_uncompressed_bytes_are_hashed_only_on_request():
    assert read(layer_of(STORED, digest=sha256(STORED)), verify=False)[1] == Digests(sha256(STORED), None)


def test_a_layer_without_a_digest_gets_none():
    assert read(layer_of(PLAIN), verify=False)[1] == Digests("", None)
    assert read(layer_of(PLAIN))[1].diff_id == sha256(PLAIN)


def test_bytes_that_nobody_reads_are_verified_too():
    layer = layer_of(STORED + b"more", digest=sha256(STORED))
    with (
        pytest.raises(InputError, match="its bytes have the digest"),
        first_reading(layer, Budget(Limits()).layer(), Limits(), verify_diff_id=False, progress=silent),
    ):
        pass


@pytest.mark.parametrize("ahead", [True, False])
def test_tampered_bytes(monkeypatch, ahead):
    monkeypatch.setattr(verified, "AHEAD_FROM_BYTES", 0 if ahead else 1 << 20)
    with pytest.raises(InputError, match=r"layer 3: its bytes have the digest .*, the manifest names") as caught:
        read(layer_of(STORED, 3, digest=sha256(b"other")))
    assert caught.value.hint == verified.TAMPERED
    with pytest.raises(InputError, match=r"layer 3: its uncompressed bytes .* the configuration claims"):
        read(layer_of(STORED, 3, digest=sha256(STORED), diff_id=sha256(b"other")))
    assert read(layer_of(STORED, digest=sha256(STORED), diff_id=sha256(PLAIN)))[1] == Digests(sha256(STORED), sha256(PLAIN))


def test_an_error_within_names_the_layer_and_keeps_the_hint():
    layer = layer_of(STORED, 2, digest=sha256(STORED))
    with (
        pytest.raises(InputError, match=rf"layer 2 \({layer.digest}\): odd") as caught,
        first_reading(layer, Budget(Limits()).layer(), Limits(), verify_diff_id=False, progress=silent),
    ):
        raise InputError("odd", "a hint")
    assert caught.value.hint == "a hint"


def test_progress_ends_with_the_whole_size():
    calls = []
    layer = layer_of(STORED, 1, digest=sha256(STORED))
    read(layer, progress=lambda *values: calls.append(values))
    assert calls[-1] == ("layer 1", len(STORED), len(STORED))
    assert [what for what, _, _ in calls] == ["layer 1"] * len(calls)


def test_plain_bytes_without_a_digest_are_not_read_in_between():
    with first_reading(layer_of(PLAIN), Budget(Limits()).layer(), Limits(), verify_diff_id=False, progress=silent) as (
        stream,
        _,
    ):
        assert isinstance(stream, SeekStream)
    with first_reading(layer_of(STORED), Budget(Limits()).layer(), Limits(), verify_diff_id=False, progress=silent) as (
        stream,
        _,
    ):
        assert not isinstance(stream, SeekStream)


def names_in(layer):
    return read_again(layer, lambda path, mode: (), Budget(Limits())).table.names()


def test_a_second_reading_is_verified_as_the_first():
    for layer in (layer_of(STORED, digest=sha256(STORED)), layer_of(STORED), layer_of(PLAIN)):
        assert names_in(layer) == ["a"]
    with pytest.raises(InputError, match="the manifest names"):
        names_in(layer_of(STORED, digest=sha256(b"other")))


def test_a_folder_is_read_again_as_it_is(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    assert names_in(layer_of(b"", folder=str(tmp_path))) == ["a"]


def test_hashing_while_reading_ahead_leaves_a_bounded_number_of_reads_unhashed():
    hashing = verified._Hashing(io.BytesIO(STORED), layer_of(STORED), silent, read_ahead=True)
    for _ in range(verified.WAITING_READS):
        hashing.read(1)
    assert len(hashing._waiting) == verified.WAITING_READS
    hashing.read(1)
    assert len(hashing._waiting) == 0
    assert hashing.digest() == sha256(STORED)

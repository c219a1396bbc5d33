import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.packagefiles import signature

from careen.formats.packages.openpgp import issuer_of

KEY = "8c718d3b5072e1f5"


@pytest.mark.parametrize("version", [3, 4])
def test_issuer(version):
    assert issuer_of(signature(KEY, version)) == KEY


def packet(body: bytes) -> bytes:
    return bytes((0xC2, len(body))) + body


def test_a_fingerprint_names_the_key_by_its_end():
    subpacket = bytes((22, 33, 4)) + bytes(12) + bytes.fromhex(KEY)
    assert issuer_of(packet(b"\x04\0\1\1" + len(subpacket).to_bytes(2) + subpacket)) == KEY


def test_an_unhashed_issuer_counts_too():
    subpacket = bytes((9, 16)) + bytes.fromhex(KEY)
    assert issuer_of(packet(b"\x04\0\1\1\0\0" + len(subpacket).to_bytes(2) + subpacket)) == KEY


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xc2", packet(b""), packet(b"\x05abc"), packet(b"\x03short"), b"\xc1" + packet(b"\x04")[1:]]
)
def test_without_issuer(data):
    assert issuer_of(data) == ""


@given(st.binary(max_size=80))
def test_any_bytes_give_a_key_or_nothing(data):
    assert len(issuer_of(data)) in (0, 16)

import stat
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careen.errors import InputError
from careen.signing import keys

KINDS = ("ed25519", "ecdsa-p256")


@pytest.mark.parametrize("kind", KINDS)
@given(message=st.binary(max_size=200), other=st.binary(max_size=200))
@settings(deadline=None, max_examples=30)
def test_signatures(kind, message, other):
    key = keys.generate(kind)
    signature = keys.sign(key, message)
    assert keys.is_signed_by(key.public_key(), message, signature)
    assert keys.is_signed_by(key.public_key(), other, signature) == (other == message)
    assert not keys.is_signed_by(keys.generate(kind).public_key(), message, signature)
    assert not keys.is_signed_by(key.public_key(), message, signature[:-1])
    assert not keys.is_signed_by(key.public_key(), message, b"")


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back(kind, tmp_path):
    key = keys.generate(kind)
    file = tmp_path / "key.pem"
    keys.write_private(key, file)
    again = keys.load_private(file)
    assert keys.is_signed_by(again.public_key(), b"x", keys.sign(key, b"x"))
    (tmp_path / "key.pub").write_bytes(keys.public_pem(key.public_key()))
    public = keys.load_public(tmp_path / "key.pub")
    assert keys.key_id(public) == keys.key_id(key.public_key()) != keys.key_id(keys.generate(kind).public_key())
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):  # a key is never written over
        keys.write_private(key, file)


def test_what_is_no_key(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )  # fmt: skip

    def pem(key, encryption):
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    others = [
        pem(ec.generate_private_key(ec.SECP384R1()), NoEncryption()),
        pem(rsa.generate_private_key(65537, 2048), NoEncryption()),
        pem(keys.generate(), BestAvailableEncryption(b"secret")),
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"\0" * 100,
        b"-----BEGIN PRIVATE KEY-----\n" + b"A" * keys.MAX_KEY_BYTES,
    ]
    for data in others:
        (tmp_path / "key").write_bytes(data)
        with pytest.raises(InputError, match="no private key"):
            keys.load_private(tmp_path / "key")
        with pytest.raises(InputError, match="no public key"):
            keys.load_public(tmp_path / "key")
    with pytest.raises(InputError):
        keys.load_private(tmp_path / "absent")

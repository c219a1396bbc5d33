import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from tests.support.signing import new_key, private_pem, public_pem

from careen.errors import UsageError
from careen.signing.public_keys import MAX_KEY_BYTES, MAX_SIGNATURE_BYTES, fingerprint, is_signed, read_public_key


def signed(key, message):
    match key:
        case ed25519.Ed25519PrivateKey():
            return key.sign(message)
        case ec.EllipticCurvePrivateKey():
            return key.sign(message, ec.ECDSA(hashes.SHA256()))
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384", "p521", "rsa"])
def test_each_kind_of_key_verifies_what_it_signed_and_nothing_else(kind, tmp_path):
    key = new_key(kind)
    (tmp_path / "key.pub").write_bytes(public_pem(key))
    public = read_public_key(tmp_path / "key.pub")
    signature = signed(key, b"message")
    assert public.made(b"message", signature)
    assert not public.made(b"Message", signature)
    assert not public.made(b"message", signed(new_key(kind), b"message"))
    assert not public.made(b"message", b"")
    assert not public.made(b"message", signature + b"\0" * MAX_SIGNATURE_BYTES)
    assert public.name == str(tmp_path / "key.pub")


@pytest.mark.parametrize("kind", ["weak", "k1"])
def test_weak_and_unusual_keys_are_refused(kind, tmp_path):
    (tmp_path / "key.pub").write_bytes(public_pem(new_key(kind)))
    with pytest.raises(UsageError, match="is not a public key"):
        read_public_key(tmp_path / "key.pub")


def test_what_is_not_a_public_key(tmp_path):
    for data in (b"", b"\xff" * 99, private_pem(new_key()), public_pem(new_key()) + b"#" * MAX_KEY_BYTES):
        (tmp_path / "key.pub").write_bytes(data)
        with pytest.raises(UsageError, match="is not a public key"):
            read_public_key(tmp_path / "key.pub")
    with pytest.raises(UsageError, match="No such file"):
        read_public_key(tmp_path / "absent")


def test_a_key_of_another_library_signs_nothing():
    assert not is_signed(object(), b"", b"x")


def test_the_fingerprint_is_that_of_the_key():
    key = new_key()
    assert fingerprint(key.public_key()) == fingerprint(key.public_key()) != fingerprint(new_key().public_key())

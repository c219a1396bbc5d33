import stat
import sys

import pytest

from careen.errors import InputError
from careen.signing import keys

KINDS = ("ed25519", "ecdsa-p256")


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back(kind, tmp_path):
    key = keys.generate(kind)
    file = tmp_path / "key.pem"
    keys.write_private(key, file)
    again = keys.load_private(file)
    assert keys.key_id(again.public_key()) == keys.key_id(key.public_key()) != keys.key_id(keys.generate(kind).public_key())
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):  # a key is never written over
        keys.write_private(key, file)


def test_other_files_are_refused(tmp_path):
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
        with pytest.raises(InputError, match="usable private key"):
            keys.load_private(tmp_path / "key")
    with pytest.raises(InputError):
        keys.load_private(tmp_path / "absent")

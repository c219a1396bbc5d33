import base64
import json
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from tests.support.signing import new_key, private_pem

from careen.errors import InputError, UsageError
from careen.signing.private_keys import MAX_SCRYPT_P, read_private_key
from careen.signing.public_keys import fingerprint

secret = pytest.importorskip("nacl.secret")

PASSWORD = b"correct horse"


def never():
    raise AssertionError("no password is needed")


def as_cosign(key, label="SIGSTORE", **changes):
    """As cosign writes it, with cheaper costs."""
    salt, nonce = b"s" * 32, b"n" * 24
    costs = {"N": 1024, "r": 8, "p": 1} | changes
    derived = Scrypt(salt=salt, length=32, n=1024, r=8, p=1).derive(PASSWORD)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = secret.SecretBox(derived).encrypt(plain, nonce).ciphertext
    text = {"salt": salt, "nonce": nonce, "ciphertext": sealed}
    text = {name: base64.b64encode(value).decode() for name, value in text.items()}
    document = {
        "kdf": {"name": "scrypt", "params": costs, "salt": text["salt"]},
        "cipher": {"name": "nacl/secretbox", "nonce": text["nonce"]},
        "ciphertext": text["ciphertext"],
    }
    body = base64.encodebytes(json.dumps(document).encode())
    return f"-----BEGIN ENCRYPTED {label} PRIVATE KEY-----\n".encode() + body + b"-----END ENCRYPTED X PRIVATE KEY-----\n"


def read(tmp_path, data, password=never):
    file = tmp_path / "cosign.key"
    file.write_bytes(data)
    return read_private_key(file, password)


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_plain_and_encrypted_pem(kind, tmp_path):
    key = new_key(kind)
    wanted = fingerprint(key.public_key())
    assert fingerprint(read(tmp_path, private_pem(key)).public_key()) == wanted
    encrypted = private_pem(key, BestAvailableEncryption(PASSWORD))
    assert fingerprint(read(tmp_path, encrypted, lambda: PASSWORD).public_key()) == wanted


@pytest.mark.parametrize("label", ["SIGSTORE", "COSIGN"])
def test_a_key_as_cosign_encrypts_it(label, tmp_path):
    key = new_key()
    found = read(tmp_path, as_cosign(key, label), lambda: PASSWORD)
    assert fingerprint(found.public_key()) == fingerprint(key.public_key())


@pytest.mark.skipif(shutil.which("cosign") is None, reason="no cosign here: keys that it makes are not read")
def test_a_key_that_cosign_makes(tmp_path):
    environment = {"COSIGN_PASSWORD": "correct horse", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["cosign", "generate-key-pair"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    from careen.signing.public_keys import read_public_key

    found = read_private_key(tmp_path / "cosign.key", lambda: PASSWORD)
    assert fingerprint(found.public_key()) == fingerprint(read_public_key(tmp_path / "cosign.pub").key)


def test_a_wrong_password_is_not_repeated_in_the_message(tmp_path):
    encrypted = private_pem(new_key(), BestAvailableEncryption(PASSWORD))
    for data in (as_cosign(new_key()), encrypted):
        with pytest.raises(InputError, match="password is wrong") as error:
            read(tmp_path, data, lambda: b"tr0ub4dor")
        assert "tr0ub4dor" not in str(error.value) + error.value.hint


def test_without_a_password_an_encrypted_key_is_not_read(tmp_path):
    with pytest.raises(UsageError, match="none was given"):
        read(tmp_path, as_cosign(new_key()), lambda: None)


@pytest.mark.parametrize(
    "costs",
    [{"N": 1 << 30}, {"N": 1000}, {"N": 0}, {"r": 1 << 20}, {"p": MAX_SCRYPT_P + 1}, {"p": 0}, {"N": "1024"}, {"r": None}],
)
def test_costs_that_a_file_states_are_bounded(costs, tmp_path):
    with pytest.raises(InputError, match="damaged"):
        read(tmp_path, as_cosign(new_key(), **costs), lambda: PASSWORD)


def test_what_is_not_a_key(tmp_path):
    begin = b"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
    for data in (b"", b"x" * 20_000, private_pem(new_key("rsa")), begin, begin + b"!!\n-----END", begin + b"e30=\n-----END"):
        with pytest.raises(InputError):
            read(tmp_path, data, lambda: PASSWORD)
    with pytest.raises(InputError, match="No such file"):
        read_private_key(tmp_path / "absent", never)

"""The private key that signs attestations: in PEM with or without a password, or as cosign writes it.

Cosign encrypts a key by NaCl's secretbox under a password that scrypt stretches. The file states the cost of scrypt, so
more than 512 MiB of memory is refused. A password is never part of a message.
Raises: InputError if the file does not contain a key that can be used, or the password is wrong; UsageError if the key has a
password and none is given.
**Source:** RFC 7468 (PEM); RFC 5958 (PKCS #8); RFC 7914 (scrypt); go-securesystemslib, encrypted/encrypted.go; NaCl, secretbox.
"""

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careen.formats.data.plain import json_object, mapping, text

from ..errors import InputError, UsageError
from .keys import MAX_KEY_BYTES, load_any_private

if TYPE_CHECKING:
    from .keys import PrivateKey

Password = Callable[[], bytes | None]  # called only if the key is encrypted; None: the user gave no password

COSIGN = (b"ENCRYPTED SIGSTORE PRIVATE KEY", b"ENCRYPTED COSIGN PRIVATE KEY")
MAX_SCRYPT_BYTES = 512 << 20  # of memory: cosign's own take 64 to 128 MiB
MAX_SCRYPT_P = 4
_HINT = "keys are Ed25519 or ECDSA P-256: cosign generate-key-pair writes one"


def read_private_key(file: Path, password: Password) -> "PrivateKey":
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}", "cosign generate-key-pair writes a key") from None
    if len(data) > MAX_KEY_BYTES:
        raise InputError(f"{file} is too large for a private key", _HINT)
    if any(b"-----BEGIN " + label + b"-----" in data for label in COSIGN):
        return _from_cosign(data, str(file), _given(password, file))
    if b"ENCRYPTED" in data:
        return load_any_private(data, _given(password, file), str(file))
    return load_any_private(data, None, str(file))


def _given(password: Password, file: Path) -> bytes:
    found = password()
    if found is None:
        raise UsageError(f"{file} has a password, and none was given", "set COSIGN_PASSWORD, or type it on a terminal")
    return found


def _from_cosign(data: bytes, where: str, password: bytes) -> "PrivateKey":
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    try:
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox
    except ImportError:
        raise InputError(f"{where}: reading a key of cosign needs PyNaCl", "pip install 'careen[sigstore]'") from None
    try:
        document = json_object(base64.b64decode(b"".join(data.split(b"-----")[2].split()), validate=True))
        kdf, cipher = mapping(document.get("kdf")), mapping(document.get("cipher"))
        if kdf.get("name") != "scrypt" or cipher.get("name") != "nacl/secretbox":
            raise ValueError("another encryption")
        costs = _costs(mapping(kdf.get("params")))
        salt, nonce, sealed = _bytes(kdf, "salt"), _bytes(cipher, "nonce"), _bytes(document, "ciphertext")
    except (ValueError, IndexError, binascii.Error):
        raise InputError(f"{where} is damaged, or encrypted in another way than cosign does", _HINT) from None
    try:
        opened = SecretBox(Scrypt(salt=salt, length=32, **costs).derive(password)).decrypt(sealed, nonce)
    except (CryptoError, ValueError):
        raise InputError(f"{where}: the password is wrong", "COSIGN_PASSWORD has it, or type it on a terminal") from None
    return load_any_private(opened, None, where)


def _costs(given: dict[str, Any]) -> dict[str, int]:
    n, r, p = given.get("N"), given.get("r"), given.get("p")
    if not (isinstance(n, int) and isinstance(r, int) and isinstance(p, int)):
        raise ValueError("no costs")  # noqa: TRY004 (of a document, not of a caller)
    if n < 2 or n & (n - 1) or r < 1 or not 1 <= p <= MAX_SCRYPT_P or 128 * n * r > MAX_SCRYPT_BYTES:
        raise ValueError("costs out of bounds")
    return {"n": n, "r": r, "p": p}


def _bytes(document: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(text(document.get(name)), validate=True)

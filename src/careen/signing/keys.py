"""Ed25519 and ECDSA P-256 keys: created, stored, read.

``cryptography`` takes 50 ms to import; only the functions that need it import it.
Raises: InputError for a file without such a key.
**Source:** RFC 8032 (Ed25519); FIPS 186-5 (ECDSA); RFC 7468 (PEM); RFC 5280, 4.1.2.7 (SubjectPublicKeyInfo).
"""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
    PublicKey = Ed25519PublicKey | EllipticCurvePublicKey

Algorithm = Literal["ed25519", "ecdsa-p256"]
MAX_KEY_BYTES = 16 * 1024
_HINT = "keys are Ed25519 or ECDSA P-256, in PEM"


def generate(algorithm: Algorithm = "ed25519") -> "PrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    return ed25519.Ed25519PrivateKey.generate() if algorithm == "ed25519" else ec.generate_private_key(ec.SECP256R1())


def private_key(pem: bytes, where: str) -> "PrivateKey":
    return load_any_private(pem, None, where, f"{_HINT}, without a password")


def load_any_private(data: bytes, password: bytes | None, where: str, hint: str = _HINT) -> "PrivateKey":
    """A private key, in PEM or as PKCS #8 in DER."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    load = load_pem_private_key if data.lstrip().startswith(b"-----") else load_der_private_key
    try:
        key = load(data, password) if len(data) <= MAX_KEY_BYTES else None
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: a needless or a missing password
        key = None
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise InputError(f"{where} does not contain a usable private key{', or its password is wrong' if password else ''}", hint)


def load_private(file: Path) -> "PrivateKey":
    return private_key(_read(file), str(file))


def write_private(key: "PrivateKey", file: Path) -> None:
    """Writes the key to a new file that only its owner may read."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())


def key_id(key: "PublicKey") -> str:
    """The SHA-256 of the key as DER, the id by which metadata names the key."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}", "careen db keys DIR creates keys") from None

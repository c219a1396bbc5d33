"""Public keys that a user trusts, and whether one of them made a signature.

Ed25519, ECDSA (P-256, P-384, P-521) and RSA from 2048 bits on; ECDSA and RSA (PKCS #1 v1.5) over SHA-256, as cosign signs.
``cryptography`` takes 50 ms to import; only the functions that need it import it.
Raises: UsageError for a file that is not such a key.
**Source:** RFC 7468, section 13 (PEM); RFC 5280, 4.1.2.7; FIPS 186-5; RFC 8032; RFC 8017, section 8.2.
"""

import hashlib
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..errors import UsageError

MAX_KEY_BYTES = 16 * 1024
MAX_SIGNATURE_BYTES = 2048
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_HINT = "cosign public-key, or openssl pkey -pubout, writes one"


class PublicKey(Struct, frozen=True, eq=False):
    name: str  # the file, as the user names it
    key: Any  # of cryptography

    def made(self, message: bytes, signature: bytes) -> bool:
        return 0 < len(signature) <= MAX_SIGNATURE_BYTES and is_signed(self.key, message, signature)


def read_public_key(file: Path) -> PublicKey:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}", "check the path of the key") from None
    return PublicKey(str(file), public_key(data, str(file)))


def public_key(pem: bytes, where: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem) if len(pem) <= MAX_KEY_BYTES else None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    match key:
        case ed25519.Ed25519PublicKey():
            return key
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            return key
        case rsa.RSAPublicKey() if MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
            return key
    raise UsageError(f"{where} is not a public key of ECDSA, Ed25519 or RSA in PEM", _HINT)


def is_signed(key: Any, message: bytes, signature: bytes) -> bool:
    """Whether the private half of the key made the signature of the message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    try:
        match key:
            case ed25519.Ed25519PublicKey():
                key.verify(signature, message)
            case ec.EllipticCurvePublicKey():
                key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
            case rsa.RSAPublicKey():
                key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def fingerprint(key: Any) -> bytes:
    """The SHA-256 of the key as DER: equal keys have equal fingerprints, in whatever file they are."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()

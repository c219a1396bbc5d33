"""Private keys in their own encodings, with random numbers where a key has its numbers: they open nothing."""

import base64
import textwrap

from ..draws import Draws

_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_P256 = bytes.fromhex("06082a8648ce3d030107")
_EC = bytes.fromhex("301306072a8648ce3d0201") + _P256
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_AES256 = bytes.fromhex("060960864801650304012a")
_HMAC_SHA256 = bytes.fromhex("300c06082a864886f70d02090500")


def pem(label: str, data: bytes, width: int = 64, head: str = "") -> str:
    lines = "\n".join(textwrap.wrap(base64.b64encode(data).decode(), width))
    return f"-----BEGIN {label}-----\n{head}{lines}\n-----END {label}-----\n"


def rsa(draws: Draws, bits: int = 2048) -> bytes:
    """RSAPrivateKey: the version, modulus, both exponents, two primes, and three numbers that speed it up."""
    sizes = (bits // 8, 3, bits // 8, *[bits // 16] * 5)
    numbers = [integer(b"\x01\x00\x01" if size == 3 else _odd(draws, size)) for size in sizes]
    return sequence(integer(b"\0"), *numbers)


def dsa(draws: Draws) -> bytes:
    return sequence(integer(b"\0"), *(integer(_odd(draws, size)) for size in (256, 32, 256, 256, 32)))


def ec(draws: Draws) -> bytes:
    return sequence(integer(b"\1"), value(4, draws.bytes(32)), value(0xA0, _P256), value(0xA1, _point(draws)))


def pkcs8(draws: Draws) -> bytes:
    if draws.between(0, 3):
        return sequence(integer(b"\0"), _RSA, value(4, rsa(draws)))
    inner = sequence(integer(b"\1"), value(4, draws.bytes(32)), value(0xA1, _point(draws)))
    return sequence(integer(b"\0"), _EC, value(4, inner))


def encrypted_pkcs8(draws: Draws) -> bytes:
    derived = sequence(_PBKDF2, sequence(value(4, draws.bytes(16)), integer(b"\x08\x00"), _HMAC_SHA256))
    cipher = sequence(_AES256, value(4, draws.bytes(16)))
    return sequence(sequence(_PBES2, sequence(derived, cipher)), value(4, draws.bytes(1232)))


def openssh(draws: Draws) -> bytes:
    """``openssh-key-v1``: cipher, derivation, one public key, and the private part."""
    key, check = draws.bytes(32), draws.bytes(4)
    shown = _string(b"ssh-ed25519") + _string(key)
    private = check + check + shown + _string(draws.bytes(32) + key) + _string(b"deploy@build")
    private += bytes(range(1, -len(private) % 8 + 1))
    return _openssh(b"none", b"none", b"", shown, private)


def openssh_protected(draws: Draws) -> bytes:
    shown = _string(b"ssh-ed25519") + _string(draws.bytes(32))
    return _openssh(b"aes256-ctr", b"bcrypt", _string(draws.bytes(16)) + b"\0\0\0\x18", shown, draws.bytes(160))


def _openssh(cipher: bytes, derivation: bytes, options: bytes, shown: bytes, private: bytes) -> bytes:
    head = b"openssh-key-v1\0" + _string(cipher) + _string(derivation) + _string(options)
    return head + b"\0\0\0\1" + _string(shown) + _string(private)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _odd(draws: Draws, size: int) -> bytes:
    data = bytearray(draws.bytes(size))
    data[0] |= 0x80
    data[-1] |= 1
    return bytes(data)


def _point(draws: Draws) -> bytes:
    return value(3, b"\0\4" + draws.bytes(64))


def sequence(*parts: bytes) -> bytes:
    return value(0x30, b"".join(parts))


def integer(data: bytes) -> bytes:
    return value(2, b"\0" + data if data[0] & 0x80 else data)


def value(tag: int, data: bytes) -> bytes:
    if len(data) < 128:
        return bytes((tag, len(data))) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + data

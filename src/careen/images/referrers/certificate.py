"""The identity in an X.509 certificate: its alternative names, else its subject; and the issuer of the identity.

This module verifies nothing. Shape: DER, or PEM around it; ``Certificate ::= SEQUENCE {tbs SEQUENCE {[0] version, serial,
algorithm, issuer, validity, subject, key, …, [3] extensions}, …}``.
Raises: ValueError if the data is not a certificate.
**Source:** RFC 5280, sections 4.1 and 4.2.1.6; ITU-T X.690 (DER); Fulcio, docs/oid-info.md.
"""

import base64
import binascii
from collections.abc import Iterator

from msgspec import Struct

MAX_BYTES = 64 * 1024
_SEQUENCE, _OID, _EXPLICIT_3 = 0x30, 0x06, 0xA3
_ALTERNATIVE_NAMES = bytes.fromhex("551d11")
_COMMON_NAME = bytes.fromhex("550403")
_ISSUER_RAW = bytes.fromhex("2b0601040183bf300101")  # 1.3.6.1.4.1.57264.1.1: the bare text
_ISSUER = bytes.fromhex("2b0601040183bf300108")  # …1.8: the same as a DER string
_EMAIL, _DNS, _URI = 0x81, 0x82, 0x86
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


class Identity(Struct, frozen=True):
    name: str
    issuer: str = ""  # the identity provider, in certificates of Fulcio


def identity(data: bytes) -> Identity:
    parts = list(_elements(_der(data)))
    if not parts or parts[0][0] != _SEQUENCE:
        raise ValueError("not a certificate")
    body = list(_elements(parts[0][1]))
    if not body or body[0][0] != _SEQUENCE:
        raise ValueError("not a certificate")
    fields = list(_elements(body[0][1]))
    names: list[str] = []
    issuer = ""
    for oid, value in _extensions(fields):
        if oid == _ALTERNATIVE_NAMES:
            names = [_text(name) for tag, name in _within(value) if tag in (_EMAIL, _DNS, _URI)]
        elif oid == _ISSUER:
            issuer = next((_text(element) for _, element in _elements(value)), "")
        elif oid == _ISSUER_RAW:
            issuer = issuer or _text(value)
    return Identity(", ".join(names[:8]) or _subject(fields), issuer)


def _der(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ValueError(f"a certificate over {MAX_BYTES >> 10} KiB")
    start = data.find(_BEGIN)
    if start < 0:
        return data
    try:
        return base64.b64decode(b"".join(data[start + len(_BEGIN) : data.find(_END)].split()), validate=True)
    except binascii.Error:
        raise ValueError("not a certificate") from None


def _extensions(fields: list[tuple[int, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    wrapped = next((value for tag, value in fields if tag == _EXPLICIT_3), b"")
    for _, extension in _within(wrapped):
        parts = list(_elements(extension))  # an OID, whether it is critical, an octet string
        if len(parts) in (2, 3) and parts[0][0] == _OID:
            yield parts[0][1], parts[-1][1]


def _subject(fields: list[tuple[int, bytes]]) -> str:
    sequences = [value for tag, value in fields if tag == _SEQUENCE]  # algorithm, issuer, validity, subject, key
    for _, part in _elements(sequences[3] if len(sequences) > 3 else b""):
        for oid, value in (pair for _, element in _elements(part) if (pair := _pair(element))):
            if oid == _COMMON_NAME:
                return _text(value)
    return ""


def _pair(data: bytes) -> tuple[bytes, bytes] | None:
    parts = [value for _, value in _elements(data)]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _within(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements of the first sequence in ``data``."""
    for tag, value in _elements(data):
        if tag == _SEQUENCE:
            yield from _elements(value)
        return


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(data):
        if place + 2 > len(data):
            raise ValueError("a certificate that ends too early")
        tag, length = data[place], data[place + 1]
        place += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or place + count > len(data):
                raise ValueError("a certificate with a malformed length")
            length = int.from_bytes(data[place : place + count], "big")
            place += count
        if place + length > len(data):
            raise ValueError("a certificate that ends too early")
        yield tag, data[place : place + length]
        place += length


def _text(value: bytes) -> str:
    return value[:1000].decode("utf-8", "replace")

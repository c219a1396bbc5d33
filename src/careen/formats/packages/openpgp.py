"""The key that made an OpenPGP signature.

**Source:** RFC 4880 and RFC 9580, section 5.2 (signature packets, issuer subpackets).
"""

from collections.abc import Iterator


def issuer_of(packet: bytes) -> str:
    """The id of the key that made an OpenPGP signature, in sixteen hexadecimal digits; "" if the signature does not
    contain it."""
    body = _packet(packet)
    if body[:1] == b"\x03":
        return body[7:15].hex() if len(body) >= 15 else ""
    if body[:1] != b"\x04":
        return ""
    hashed = int.from_bytes(body[4:6])
    unhashed = body[6 + hashed :]
    for area in (body[6 : 6 + hashed], unhashed[2 : 2 + int.from_bytes(unhashed[:2])]):
        for kind, value in _subpackets(area):
            if kind == 16 and len(value) == 8:
                return value.hex()
            if kind == 33 and len(value) >= 21:
                return value[-8:].hex()
    return ""


def _packet(data: bytes) -> bytes:
    """The body of a signature packet, of either format."""
    if not data or not data[0] & 0x80:
        return b""
    if data[0] & 0x40:
        kind, (size, at) = data[0] & 0x3F, _length(data, 1)
    else:
        kind, width = data[0] >> 2 & 0xF, (1, 2, 4, 0)[data[0] & 3]
        size, at = int.from_bytes(data[1 : 1 + width]), 1 + width
    return data[at : at + size] if kind == 2 else b""


def _subpackets(area: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(area):
        size, at = _length(area, at)
        if not size:
            return
        yield area[at] & 0x7F if at < len(area) else 0, area[at + 1 : at + size]
        at += size


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A length of one, two or five bytes, and the index after it."""
    first = data[at] if at < len(data) else 0
    if first < 192:
        return first, at + 1
    if first < 255:
        return ((first - 192) << 8) + (data[at + 1] if at + 1 < len(data) else 0) + 192, at + 2
    return int.from_bytes(data[at + 1 : at + 5]), at + 5

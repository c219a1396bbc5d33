"""Checks of a token's own format, without contacting its provider.

Each check gets the value and returns ``valid`` (it has a checksum or structure that chance would not produce), ``invalid``
(no such token was ever issued), ``protected`` (a key that needs a passphrase), ``public`` (a token for browsers),
``harmless`` (it is not a secret) or None, if the format proves nothing.
**Source:** GitHub, "Behind GitHub's new authentication token formats"; GitLab, "Token overview" (routable tokens); Grafana,
``satokengen``; libmacaroons, binary format version 2; RFC 4648; RFC 4880, section 4.2; RFC 5208; RFC 7519, section 3.1;
RFC 7468; RFC 8017, appendix A; PROTOCOL.key of OpenSSH; BIP 173 (bech32); Discord, "Reference" (snowflakes); Tink,
``tink.proto``.
"""

import binascii
import re
import string
import zlib
from collections.abc import Callable, Mapping
from typing import Literal

from careen.safety.pattern import pattern

Verdict = Literal["valid", "invalid", "protected", "public", "harmless"] | None
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE36 = string.digits + string.ascii_lowercase
# A sequence that starts with its version (RFC 5208, RFC 8017, SEC 1), or a packet with a secret key (RFC 4880).
_PRIVATE_KEY = pattern(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..|\x83...)\x02\x01[\x00-\x03]|[\x94-\x97\xc5]", re.DOTALL)
_SAMPLE_LOGINS = (b"Aladdin:open sesame", b"beep:boop", b"foo:bar")  # RFC 7617; documentation of AngularJS and others
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def verify(check: str, value: bytes, whole: bytes) -> Verdict:
    """The result of the check of this name. ``whole``: the value with its surroundings (the headers of a key)."""
    return CHECKS[check](whole if check in _OF_WHOLE else value)


def _github(value: bytes) -> Verdict:
    """Verifies a token of thirty random characters, and their CRC-32 in six base-62 digits."""
    body = value.partition(b"_")[2]
    if len(body) != 36:
        return None  # newer tokens without a checksum
    return "valid" if _base62_crc32(body[:30]) == body[30:] else "invalid"


def _npm(value: bytes) -> Verdict:
    """Verifies the checksum of a token like GitHub's. Older tokens of this shape have none, so a wrong one proves nothing."""
    return "valid" if _github(value) == "valid" else None


def _base62_crc32(data: bytes) -> bytes:
    return _digits(zlib.crc32(data), _BASE62).rjust(6, "0").encode()


def _digits(number: int, alphabet: str) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits


def _atlassian(value: bytes) -> Verdict:
    """Verifies the CRC-32 of the text before it at the end, in hexadecimal, with or without "=" between them."""
    sums = [b"%08X" % zlib.crc32(text) for text in (value[:-8], value[:-8].removesuffix(b"="))]
    return "valid" if value[-8:] in sums else "invalid"


def _signature(value: bytes) -> Verdict:
    """Verifies the form of an HMAC-SHA256 in base64, with or without escapes of a URL."""
    from urllib.parse import unquote_to_bytes

    return None if len(_decoded(unquote_to_bytes(value))) == 32 else "harmless"


def _data_center(value: bytes) -> Verdict:
    """Verifies the form: twelve digits, a colon and twenty random bytes in base64."""
    return "valid" if re.fullmatch(rb"[0-9]{12}:.{20}", _decoded(value), re.DOTALL) else "harmless"


def _aws(value: bytes) -> Verdict:
    """Verifies that the text after the prefix is base 32, without 0, 1, 8 and 9: it contains the account's number."""
    return None if re.fullmatch(rb"[A-Z2-7]{16}", value[4:]) else "invalid"


def _gitlab(value: bytes) -> Verdict:
    """Verifies a routable token, which ends with the CRC-32 of the text before it, in seven digits of base 36."""
    return "valid" if _digits(zlib.crc32(value[:-7]), _BASE36).rjust(7, "0").encode() == value[-7:] else "invalid"


def _grafana(value: bytes) -> Verdict:
    """Verifies the CRC-32 of the text before it at the end, in hexadecimal."""
    text, _, checksum = value.rpartition(b"_")
    return "valid" if b"%08x" % zlib.crc32(text) == checksum.lower() else None


def _pypi(value: bytes) -> Verdict:
    """Verifies a macaroon of version 2: fields of a type, a length and a value, of which the last is the signature of
    32 bytes."""
    data = _decoded(value.removeprefix(b"pypi-"))
    return "valid" if data[:1] == b"\2" and data[-34:-32] == b"\6\x20" else None


def _jwt(value: bytes) -> Verdict:
    """Verifies that header and claims are JSON objects in base64url. A token without a signature authorizes no one."""
    header, _, rest = value.partition(b".")
    claims, _, signature = rest.partition(b".")
    texts = _decoded(header), _decoded(claims)
    if not (texts[0].startswith(b'{"') and texts[1].startswith(b"{")):
        return "harmless"
    head, body = (_object(text) for text in texts)
    if "alg" not in head or not body:
        return None
    if not signature or head["alg"] == "none":
        return "harmless"
    return "public" if body.get("role") == "anon" else "valid"  # Supabase publishes the anon key


def _mapbox(value: bytes) -> Verdict:
    return "public" if value.startswith(b"pk.") else None


def _discord(value: bytes) -> Verdict:
    """Verifies that the token starts with the number of its user in base64: a snowflake, 17 to 20 digits."""
    return "valid" if re.fullmatch(rb"[0-9]{17,20}", _decoded(value.partition(b".")[0])) else "harmless"


def _tink(value: bytes) -> Verdict:
    """Verifies a keyset, in JSON or in base64, with a key in it that is not public."""
    text = value if b"google.crypto.tink" in value else _decoded(value[: len(value) // 4 * 4])
    if b"google.crypto.tink" not in text:
        return "harmless"
    if not text.lstrip().startswith((b"{", b'"', b"\\")):
        return None  # in the binary form, which names the kind of a key by a number
    if not re.search(rb"[^A]SYMMETRIC|ASYMMETRIC_PRIVATE", text):
        return "harmless"
    return "valid" if re.search(rb"""value\\{0,2}["']\s{0,4}:\s{0,4}\\{0,2}["'][0-9A-Za-z+/_-]{16}""", text) else "harmless"


def _kubernetes(value: bytes) -> Verdict:
    """Verifies a PEM text in base64."""
    head = _decoded(value[: len(value) // 4 * 4])
    return "valid" if b"PRIVATE KEY-----" in head[:64] else "harmless" if head.startswith(b"-----BEGIN CERT") else None


def _tunnel(value: bytes) -> Verdict:
    """Verifies JSON with an account, a tunnel and its secret."""
    parts = _object(_decoded(value))
    return "valid" if all(isinstance(parts.get(part), str) for part in "ats") else "harmless"


def _basic(value: bytes) -> Verdict:
    """Verifies a user's name, a colon and a password in base64."""
    text = _decoded(value)
    name, colon, password = text.partition(b":")
    is_login = colon and name and password and text.isascii()
    return None if is_login and text not in _SAMPLE_LOGINS else "harmless"


def _private_key(value: bytes) -> Verdict:
    """Verifies the body of a PEM text: DER, or the formats of OpenSSH and OpenPGP."""
    if b"ENCRYPTED" in value[:400]:
        return "protected"  # PKCS #8, or "Proc-Type: 4,ENCRYPTED" of older OpenSSL
    text = re.sub(rb"-----[A-Z ]+(?:-----)?|\\[nrt]|[A-Z][\w-]*: [^\n]*", b"", value)
    head = _decoded(re.sub(rb"[^0-9A-Za-z+/=]", b"", text)[:400])
    if head.startswith(b"openssh-key-v1\0"):
        return "valid" if head[15:].startswith(b"\0\0\0\4none") else "protected"
    return "valid" if _PRIVATE_KEY.match(head) else None


def _age(value: bytes) -> Verdict:
    """Verifies Bech32, with a checksum of thirty bits."""
    text = value.decode("ascii").lower()
    prefix, _, data = text.rpartition("1")
    numbers = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    checksum = 1
    for number in numbers + [_BECH32.index(letter) for letter in data]:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ number
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= generator if top >> bit & 1 else 0
    return "valid" if checksum == 1 else "invalid"


def _object(text: bytes) -> dict[str, object]:
    """A JSON object; empty for other text."""
    from careen.safety.typed import from_json

    try:
        return from_json(text, dict[str, object])
    except (ValueError, RecursionError):
        return {}


def _decoded(text: bytes) -> bytes:
    """Decodes base64 in either alphabet, as far as possible; empty for other text."""
    import base64

    text = text.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


_OF_WHOLE = ("private-key", "tink")
CHECKS: Mapping[str, Callable[[bytes], Verdict]] = {
    "github": _github,
    "npm": _npm,
    "atlassian": _atlassian,
    "aws": _aws,
    "jwt": _jwt,
    "tunnel": _tunnel,
    "basic": _basic,
    "private-key": _private_key,
    "age": _age,
    "gitlab": _gitlab,
    "grafana": _grafana,
    "pypi": _pypi,
    "discord": _discord,
    "tink": _tink,
    "signature": _signature,
    "mapbox": _mapbox,
    "data-center": _data_center,
    "kubernetes": _kubernetes,
}

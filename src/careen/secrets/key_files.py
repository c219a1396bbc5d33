"""Private keys in files that are not text: DER, PKCS #12, key stores of Java, secret keyrings, keytabs, host keys of Dropbear.

``is_key_file`` decides by the first bytes, ``keys`` by the structure of the whole file. A key whose bytes are encrypted needs a
passphrase. Nothing is decrypted.
**Source:** RFC 5208; RFC 5958; RFC 7292, section 4.2; RFC 8017, appendix A; SEC 1, appendix C.4; RFC 4880, section 5.5.3;
OpenJDK, ``JavaKeyStore.java``; MIT Kerberos, keytab file format; Dropbear, ``signkey.c``.
"""

import hashlib
import re
from collections.abc import Callable, Iterator

from careen.model.advisory import Severity
from careen.model.finding import ExposedSecret, Location
from careen.safety.pattern import pattern

MAX_BYTES = 1 << 20
MAX_ENTRIES = 1000  # of a key store
_JAVA = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_DROPBEAR = (b"\0\0\0\x07ssh-rsa\0", b"\0\0\0\x0bssh-ed25519\0", b"\0\0\0\x13ecdsa-sha2-nistp")
_KEYTAB = b"\5\2"
_FIRST = frozenset(bytes((number,)) for number in (0, 5, 0x30, 0xC5, 0xC7, 0xCE, 0xFE, *range(0x94, 0x98), *range(0x9C, 0xA0)))
_PACKET = pattern(rb"[\x94-\x97\x9c-\x9f\xc5\xc7]")  # of a secret key or subkey
# The length of a sequence in the file: what begins it is a sequence of its own, or a version.
_DER = pattern(rb"\x30(?:[\x20-\x7f]|\x81.|\x82..|\x80)(?=\x02\x01[\x00-\x03]|\x30[\x10-\x7f\x81])", re.DOTALL)
_PKCS8 = pattern(rb"\x02\x01[\x00\x01]\x30[\x05-\x30]\x06[\x03-\x0a]", re.DOTALL)
_RSA = pattern(rb"\x02\x01\x00\x02(?:[\x20-\x7f]|\x81.|\x82..)", re.DOTALL)
_EC = pattern(rb"\x02\x01\x01\x04[\x14-\x42]", re.DOTALL)
_ENCRYPTED = pattern(
    rb"\x30[\x10-\x7f\x81].{0,2}?\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05|\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01)",
    re.DOTALL,
)
_KEY_BAG = pattern(rb"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01[\x01\x02]")
_ALGORITHMS = frozenset((1, 2, 3, 16, 17, 18, 19, 22, 25, 26, 27, 28))

Kind = tuple[str, str, Severity]
_PLAIN: Kind = ("private-key-file", "Private key", "critical")
_LOCKED: Kind = ("private-key-file", "Private key with a passphrase", "medium")
_STORE: Kind = ("key-store", "Key store with a private key, which has a passphrase", "medium")
_RING: Kind = ("openpgp-secret-key", "Secret key of OpenPGP", "critical")
_TABLE: Kind = ("kerberos-keytab", "Keytab of Kerberos", "critical")


def is_key_file(head: bytes, size_bytes: int) -> bool:
    """Whether a file may be one with a private key, by its first bytes."""
    if head[:1] not in _FIRST or not 32 <= size_bytes <= MAX_BYTES:
        return False
    if head.startswith((*_JAVA, *_DROPBEAR, _KEYTAB)) or _packet_bytes(head):
        return True
    found = _DER.match(head)
    return found is not None and (found.end() == 2 or _der_bytes(head) == size_bytes)


def keys(path: str, data: bytes) -> Iterator[ExposedSecret]:
    """The private key of a file, if it has one: one finding for a file."""
    kind = next((kind for read in _READERS for kind in (read(data),) if kind), None)
    if kind is None:
        return
    id, title, severity = kind
    identity = b"\0".join((b"secret", id.encode(), path.encode(errors="replace"), hashlib.sha256(data).digest()))
    yield ExposedSecret(
        id=id,
        title=title,
        severity=severity,
        location=Location(path),
        match="…(redacted)",
        fingerprint=hashlib.sha256(identity).hexdigest()[:32],
        verified=True,
        confidence="confirmed",
        value_id=hashlib.sha256(b"value\0" + data).hexdigest()[:32],
    )


def _der(data: bytes) -> Kind | None:
    head = _DER.match(data)
    if head is None or _der_bytes(data) != len(data):
        return None
    if any(form.match(data, head.end()) for form in (_PKCS8, _RSA, _EC)):
        return _PLAIN
    return _LOCKED if _ENCRYPTED.match(data, head.end()) else None


def _pkcs12(data: bytes) -> Kind | None:
    head = _DER.match(data)
    return _STORE if head and data.startswith(b"\x02\x01\x03", head.end()) and _KEY_BAG.search(data) else None


def _java(data: bytes) -> Kind | None:
    """Entries of a type: 1 is a private key, 2 a certificate, 3 another secret key."""
    if not data.startswith(_JAVA):
        return None
    count, place = _number(data, 8, 4), 12
    for _ in range(min(count, MAX_ENTRIES)):
        tag = _number(data, place, 4)
        if tag in (1, 3):
            return _STORE
        place += 6 + _number(data, place + 4, 2) + 8  # the type, the alias, the time
        place += 2 + _number(data, place, 2)  # the kind of the certificate
        place += 4 + _number(data, place, 4)
        if tag != 2 or place >= len(data):
            return None
    return None


def _openpgp(data: bytes) -> Kind | None:
    return _RING if _packet_bytes(data[:16]) and len(data) >= _packet_bytes(data[:16]) else None


def _keytab(data: bytes) -> Kind | None:
    """An entry of a length, with the number of its names, and a realm."""
    size, names, realm = _number(data, 2, 4), _number(data, 6, 2), _number(data, 8, 2)
    text = data[10 : 10 + realm]
    is_entry = data.startswith(_KEYTAB) and 16 < size <= len(data) - 6 and 0 < names <= 8 and 0 < realm <= 255
    return _TABLE if is_entry and len(text) == realm and not text.strip(_NAME) else None


def _dropbear(data: bytes) -> Kind | None:
    return _PLAIN if data.startswith(_DROPBEAR) and len(data) >= 64 else None


_NAME = bytes(range(33, 127))
_READERS: tuple[Callable[[bytes], Kind | None], ...] = (_der, _pkcs12, _java, _openpgp, _keytab, _dropbear)


def _der_bytes(data: bytes) -> int:
    """The length of the value that begins the file, with its head."""
    first = data[1]
    if first < 128:
        return 2 + first
    return 2 + (first & 127) + _number(data, 2, first & 127)


def _packet_bytes(head: bytes) -> int:
    """The length of a packet with a secret key that begins the file, with its head; 0 if none begins it."""
    if not _PACKET.match(head) or len(head) < 12:
        return 0
    if head[0] & 0x40:
        first = head[1]
        start, size = (
            (2, first) if first < 192 else (3, (first - 192 << 8) + head[2] + 192) if first < 224 else (6, _number(head, 2, 4))
        )
    else:
        width = (1, 2, 4, 0)[head[0] & 3]
        start, size = 1 + width, _number(head, 1, width)
    version, algorithm = head[start], head[start + 5 if head[start] > 3 else start + 7 : start + 8]
    is_key = version in (3, 4, 5, 6) and algorithm[:1] != b"" and algorithm[0] in _ALGORITHMS
    return start + size if is_key and 40 <= size <= MAX_BYTES else 0


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size], "big")

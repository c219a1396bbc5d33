"""Private keys in files that are not text; numbers in them are made up."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.secrets.key_files import is_key_file, keys


def number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "big")


def der(tag: int, content: bytes) -> bytes:
    head = bytes((len(content),)) if len(content) < 128 else b"\x82" + number(len(content), 2)
    return bytes((tag,)) + head + content


RANDOM = hashlib.shake_128(b"a seed").digest(600)
INTEGERS = b"".join(der(2, b"\1" + RANDOM[place : place + 127]) for place in range(0, 512, 64))
RSA = der(0x30, der(2, b"\0") + INTEGERS)
PKCS8 = der(0x30, der(2, b"\0") + der(0x30, bytes.fromhex("06092a864886f70d0101010500")) + der(4, RSA))
LOCKED = der(0x30, der(0x30, bytes.fromhex("06092a864886f70d01050d") + der(0x30, RANDOM[:40])) + der(4, RANDOM))
EC = der(0x30, der(2, b"\1") + der(4, RANDOM[:32]) + bytes.fromhex("a00a06082a8648ce3d030107"))
PUBLIC = der(0x30, der(0x30, bytes.fromhex("06092a864886f70d0101010500")) + der(3, b"\0" + RANDOM[:270]))
CERTIFICATE = der(0x30, der(0x30, bytes.fromhex("a003020102") + der(2, RANDOM[:8])) + RANDOM[:300])


def bag(kind: int) -> bytes:
    content = der(0x30, bytes.fromhex(f"060b2a864886f70d010c0a010{kind}") + der(0xA0, LOCKED))
    data = bytes.fromhex("06092a864886f70d010701") + der(0xA0, der(4, der(0x30, content)))
    return der(0x30, der(2, b"\3") + der(0x30, data))


def entry(tag: int) -> bytes:
    kind = b"" if tag == 1 else number(5, 2) + b"X.509"
    return number(tag) + number(4, 2) + b"main" + bytes(8) + kind + number(len(RANDOM)) + RANDOM


def store(*tags: int) -> bytes:
    return b"\xfe\xed\xfe\xed" + number(2) + number(len(tags)) + b"".join(map(entry, tags)) + RANDOM[:20]


def packet(tag: int, version: int = 4, algorithm: int = 1) -> bytes:
    body = bytes((version,)) + RANDOM[:4] + bytes((algorithm,)) + RANDOM[:500]
    return bytes((0x81 | tag << 2,)) + number(len(body), 2) + body


KEYTAB_ENTRY = number(2, 2) + number(7, 2) + b"ACME.IO" + number(4, 2) + b"host" + number(4, 2) + b"db.1" + RANDOM[:50]
KEYTAB = b"\5\2" + number(len(KEYTAB_ENTRY)) + KEYTAB_ENTRY
FOUND = {
    "private-key-file": (
        RSA,
        PKCS8,
        LOCKED,
        EC,
        b"\0\0\0\x0bssh-ed25519" + number(64) + RANDOM[:64],
        b"\0\0\0\x07ssh-rsa" + number(3) + RANDOM[:200],
    ),
    "key-store": (bag(1), bag(2), store(1), store(2, 2, 1), store(3)),
    "openpgp-secret-key": (packet(5), packet(7), packet(5, algorithm=22), packet(5) + RANDOM),
    "kerberos-keytab": (KEYTAB,),
}
HARMLESS = (
    PUBLIC, CERTIFICATE, bag(3), store(2, 2), store(), packet(6), packet(5, version=9), packet(5, algorithm=99),
    packet(5)[:300], b"\5\2" + bytes(60), KEYTAB[:40], RSA + b"x", RSA[:-1], b"\x30\x82", RANDOM,
)  # fmt: skip


def found(data: bytes) -> list:
    return list(keys("app/x", data)) if is_key_file(data[:1024], len(data)) else []


@pytest.mark.parametrize(("id", "data"), [(id, data) for id, texts in FOUND.items() for data in texts])
def test_a_private_key_is_found(id, data):
    [secret] = found(data)
    assert (secret.id, secret.confidence, secret.location.path, secret.location.line) == (id, "confirmed", "app/x", None)


@pytest.mark.parametrize("data", HARMLESS, ids=range(len(HARMLESS)))
def test_what_has_none_is_not(data):
    assert found(data) == []


def test_a_passphrase_makes_it_less_severe():
    assert {data: found(data)[0].severity for data in (PKCS8, LOCKED, bag(2), store(1))} == {
        PKCS8: "critical",
        LOCKED: "medium",
        bag(2): "medium",
        store(1): "medium",
    }


def test_the_fingerprint_is_of_the_key_and_its_place():
    one, other, moved = (next(keys(path, data)) for path, data in (("a", RSA), ("a", EC), ("b", RSA)))
    assert len({secret.fingerprint for secret in (one, other, moved)}) == 3
    assert one.value_id == moved.value_id != other.value_id


@given(st.sampled_from([data for texts in FOUND.values() for data in texts]), st.integers(0, 600), st.binary(max_size=12))
def test_a_damaged_file_is_no_error(data, place, bytes_):
    damaged = io.BytesIO(data)
    damaged.seek(min(place, len(data)))
    damaged.write(bytes_)
    found(damaged.getvalue())
    found(damaged.getvalue()[:place])

"""Checksums and structures of secret vectors, by published examples and by code that reads them the other way."""

import base64
import json
import re
import zlib

import pytest
from benchmarks.secret_vectors import checksums
from benchmarks.secret_vectors.decoys import swapped
from benchmarks.secret_vectors.draws import Draws
from benchmarks.secret_vectors.kinds import cloud, code_hosts, der, keys, messaging, operations, registries

SEEDS = [Draws(f"checksums/{number}") for number in range(20)]


def read(text, alphabet):
    value = 0
    for letter in text:
        value = value * len(alphabet) + alphabet.index(letter)
    return value


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- by published examples ------------------------------------------------------------------------------------------


def test_crc24():
    """Its check value, and what an empty armor ends with (RFC 9580)."""
    assert base64.b64decode(checksums.crc24(b"123456789").removeprefix("=")).hex() == "21cf02"
    assert checksums.crc24(b"") == "=twTO"


def test_bech32():
    """BIP 173's example without data, and the key of age's test kit: 32 bytes of 0x42."""
    assert checksums.bech32("a", b"") == "a12uel5l"
    key = checksums.bech32("age-secret-key-", b"\x42" * 32).upper()
    assert key == "AGE-SECRET-KEY-1" + "GFPYYSJZ" * 6 + "GFPQ4EGAEX"


def test_numbers_in_other_bases():
    assert checksums.number(0, checksums.BASE62, 6) == "000000"
    assert checksums.number(61, checksums.BASE62, 6) == "00000z"
    assert checksums.number(62, checksums.BASE62, 6) == "000010"
    assert checksums.crc32_hex("123456789") == "CBF43926"
    assert int(checksums.crc32_base36("123456789"), 36) == 0xCBF43926


# --- by reading them the other way ----------------------------------------------------------------------------------


def is_github(value):
    body = value.partition("_")[2]
    return read(body[-6:], checksums.BASE62) == zlib.crc32(body[:-6].encode())


def is_gitlab(value):
    payload, version, tail = value.removeprefix("glpat-").split(".")
    length, checksum = tail[:2], tail[2:]
    return (
        version == "01"
        and int(length, 36) == len(payload)
        and int(checksum, 36) == zlib.crc32(value[:-7].encode())
        and decoded(payload).startswith(b"c:1\no:")
    )


def is_atlassian(value):
    return int(value[-8:], 16) == zlib.crc32(value[:-8].encode())


def is_grafana(value):
    _, body, checksum = value.split("_")
    return int.from_bytes(bytes.fromhex(checksum), "little") == zlib.crc32(body.encode())


def is_age(value):
    prefix, _, data = value.lower().rpartition("1")
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    return checksums.bech32_remainder([*expanded, *map(checksums.BECH32.index, data)]) == 1


MADE = {
    "github": (code_hosts.github("ghp", 30), is_github, r"ghp_[0-9A-Za-z]{36}"),
    "npm": (registries.npm, is_github, r"npm_[0-9A-Za-z]{36}"),
    "gitlab": (code_hosts.gitlab_routable, is_gitlab, r"glpat-[\w-]{27,300}\.01\.[0-9a-z]{9}"),
    "bitbucket": (code_hosts.bitbucket_password, is_atlassian, r"ATBB[0-9A-Za-z]{24}[0-9A-F]{8}"),
    "atlassian": (code_hosts.atlassian("ATATT3xFfGF0"), is_atlassian, r"ATATT3[\w-]+=[0-9A-F]{8}"),
    "grafana": (operations.grafana_service_account, is_grafana, r"glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}"),
    "age": (keys.age, is_age, r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_checksum_is_right_and_a_swap_breaks_it(name):
    made, is_right, form = MADE[name]
    for draws in SEEDS:
        value = made(draws)
        assert re.fullmatch(form, value)
        assert is_right(value)
        assert not is_right(swapped(draws, value))


# --- structures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draws", SEEDS[:5])
def test_a_token_of_pypi_is_a_macaroon(draws):
    data = decoded(registries.pypi(draws).removeprefix("pypi-"))
    assert data[:11] == bytes.fromhex("020108707970692e6f7267")  # version, tag and length, the location
    assert data[11] == 2
    assert len(data[13 : 13 + data[12]].decode()) == 36
    caveat = data[13 + data[12] + 1 :]
    assert json.loads(caveat[2 : 2 + caveat[1]])
    assert data[-34:-32] == b"\x06\x20"


@pytest.mark.parametrize("draws", SEEDS[:5])
def test_an_identifier_of_aws_names_an_account(draws):
    value = cloud.aws_id(draws)
    assert re.fullmatch("AKIA[A-Z2-7]{16}", value)
    number = int.from_bytes(base64.b32decode(value[4:])[:6], "big")
    assert 10**11 <= (number & 0x7FFFFFFFFF80) >> 7 < 10**12


@pytest.mark.parametrize("draws", SEEDS[:5])
def test_other_structures(draws):
    head, claims, signature = keys.json_web_token(draws).split(".")
    assert json.loads(decoded(head))["typ"] == "JWT"
    assert json.loads(decoded(claims))["sub"]
    assert len(decoded(signature)) >= 32
    assert re.fullmatch(rb"\d{12}:.{20}", base64.b64decode(code_hosts.data_center(draws)), re.DOTALL)
    assert decoded(messaging.discord(draws).split(".")[0]).isdigit()


@pytest.mark.parametrize("made", [der.rsa, der.dsa, der.ec, der.pkcs8, der.encrypted_pkcs8], ids=lambda made: made.__name__)
@pytest.mark.parametrize("draws", SEEDS[:3])
def test_a_key_is_whole(made, draws):
    assert depth(made(draws)) >= 2


def depth(data):
    """Of the sequences of DER that fill ``data`` to its end."""
    deepest = 0
    while data:
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        assert start + size <= len(data)
        deepest = max(deepest, 1 + depth(data[start : start + size]) if data[0] == 0x30 else 1)
        data = data[start + size :]
    return deepest


@pytest.mark.parametrize("made", [der.openssh, der.openssh_protected], ids=lambda made: made.__name__)
def test_a_key_of_openssh_is_whole(made):
    data = made(SEEDS[0]).removeprefix(b"openssh-key-v1\0")
    fields = []
    for count in (3, 2):
        for _ in range(count):
            size = int.from_bytes(data[:4], "big")
            fields.append(data[4 : 4 + size])
            data = data[4 + size :]
        if count == 3:
            assert data[:4] == b"\0\0\0\1"
            data = data[4:]
    assert data == b""
    assert fields[3].startswith(b"\0\0\0\x0bssh-ed25519")
    assert len(fields[4]) % 8 == 0


def test_a_pgp_armor_ends_with_its_checksum():
    lines = keys.pgp(SEEDS[0]).strip().splitlines()
    data = base64.b64decode("".join(lines[2:-2]))
    assert lines[1] == ""
    assert lines[-2] == checksums.crc24(data)

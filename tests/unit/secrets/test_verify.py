import base64
import json
import zlib

import pytest

from careen.secrets.find import find
from careen.secrets.verify import _base62_crc32, verify
from tests.support.secrets import filled


def github(prefix="ghp_"):
    body = filled("{alnum30}")
    return f"{prefix}{body}{_base62_crc32(body.encode()).decode()}"


def part(**claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")


def test_base62_is_digits_capitals_small():
    assert _base62_crc32(b"") == b"000000"
    # 100 = 1 * 62 + 38: "1" and the third small letter
    assert _base62_crc32(_preimage(100)) == b"0000" + b"1c"


def _preimage(crc):
    """Four bytes whose CRC-32 is the wanted one, by search over the linear map."""
    base = zlib.crc32(b"\0\0\0\0")
    rows = [(zlib.crc32((1 << bit).to_bytes(4, "little")) ^ base, 1 << bit) for bit in range(32)]
    wanted, chosen = crc ^ base, 0
    basis: dict[int, tuple[int, int]] = {}
    for value, mask in rows:
        while value:
            top = value.bit_length()
            if top not in basis:
                basis[top] = (value, mask)
                break
            value, mask = value ^ basis[top][0], mask ^ basis[top][1]
    while wanted:
        value, mask = basis[wanted.bit_length()]
        wanted, chosen = wanted ^ value, chosen ^ mask
    return chosen.to_bytes(4, "little")


def test_the_checksum_of_github_tokens():
    good = github()
    wrong = good[:-1] + ("a" if good[-1] != "a" else "b")
    assert verify("github", good.encode(), b"") == "valid"
    assert verify("github", wrong.encode(), b"") == "invalid"
    [valid], [invalid] = find(good.encode(), "x"), find(wrong.encode(), "x")
    assert (valid.verified, valid.severity) == (True, "critical")
    assert (invalid.verified, invalid.severity) == (False, "low")


def test_npm_tokens_without_checksum_are_not_doubted():
    assert verify("npm", github("npm_").encode(), b"") == "valid"
    assert verify("npm", filled("npm_{alnum36}").encode(), b"") is None


def test_the_checksum_of_atlassian_tokens():
    body = filled("ATATT3{word178}=").encode()
    assert verify("atlassian", body + b"%08X" % zlib.crc32(body), b"") == "valid"
    assert verify("atlassian", body + b"%08X" % (zlib.crc32(body) ^ 1), b"") == "invalid"


def test_aws_keys_are_base_32():
    assert verify("aws", b"AKIA" + b"ABCDEFGH234567AB", b"") is None
    assert verify("aws", b"AKIA" + b"0189ABCDEFGHIJKL", b"") == "invalid"


def test_web_tokens_are_decoded():
    token = part(alg="HS256", typ="JWT") + b"." + part(sub="1234567890", admin=True) + b"." + b"c2lnbmF0dXJl"
    assert verify("jwt", token, b"") == "valid"
    assert [one.id for one in find(b"auth: " + token, "x")] == ["json-web-token"]
    assert verify("jwt", b"eyAAAAAAAAAAAAAAAAAA.eyBBBBBBBBBBBBBBBBBB.c", b"") == "harmless"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (b"user:hunter2", None),
        (b"user:", "harmless"),
        (b"no colon", "harmless"),
        (b"\xff\xfe:x", "harmless"),
        (b"beep:boop", "harmless"),
        (b"beep:boop9", None),
    ],
)
def test_registry_credentials_are_decoded(text, verdict):
    assert verify("basic", base64.b64encode(text), b"") == verdict


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [({"a": "b74e", "t": "3d1f", "s": "MDkw"}, "valid"), ({"a": "b74e", "t": "3d1f"}, "harmless"), ({"a": 1}, "harmless")],
)
def test_a_tunnel_token_is_json_with_three_parts(parts, verdict):
    assert verify("tunnel", base64.b64encode(json.dumps(parts).encode()), b"") == verdict


def pem(kind, body, headers=""):
    text = base64.encodebytes(body).decode()
    return f"-----BEGIN {kind}-----\n{headers}{text}-----END {kind}-----\n"


def test_private_keys_are_looked_into():
    der = b"\x30\x82\x04\xbd\x02\x01\x00" + bytes(range(200))
    openssh = b"openssh-key-v1\0\0\0\0\4none\0\0\0\4none" + bytes(100)
    locked = b"openssh-key-v1\0\0\0\0\x0aaes256-ctr" + bytes(100)
    severities = {}
    for name, text in {
        "plain": pem("PRIVATE KEY", der),
        "openssh": pem("OPENSSH PRIVATE KEY", openssh),
        "locked": pem("OPENSSH PRIVATE KEY", locked),
        "pkcs8": pem("ENCRYPTED PRIVATE KEY", der),
        "old": pem("RSA PRIVATE KEY", der, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"),
        "json": json.dumps({"private_key": pem("PRIVATE KEY", der)}),
    }.items():
        [secret] = find(text.encode(), "srv/key")
        severities[name] = (secret.severity, secret.verified)
    assert severities == {
        "plain": ("critical", True),
        "openssh": ("critical", True),
        "locked": ("medium", True),
        "pkcs8": ("medium", True),
        "old": ("medium", True),
        "json": ("critical", True),
    }


def test_the_checksum_of_age_keys():
    # BIP 173: the empty string under this prefix would end so; here the words are computed anew
    from careen.secrets import verify as module

    letters = module._BECH32
    for last in range(32):
        value = ("AGE-SECRET-KEY-1" + "Q" * 57 + letters[last].upper()).encode()
        assert module.verify("age", value, b"") == "invalid"
    numbers = [0] * 52
    prefix = "age-secret-key-"
    state = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix] + numbers + [0] * 6
    checksum = 1
    for number in state:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ number
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= generator if top >> bit & 1 else 0
    checksum ^= 1
    tail = "".join(letters[checksum >> 5 * (5 - index) & 31] for index in range(6))
    assert module.verify("age", (prefix + "1" + "q" * 52 + tail).upper().encode(), b"") == "valid"

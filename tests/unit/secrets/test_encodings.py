"""Which bytes are a text, and in which encoding."""

import base64
import os

import pytest

from careen.secrets.encodings import encoding_of, in_base64, in_percent
from careen.secrets.find import MAX_SECRETS, Search, find, spans
from careen.secrets.reader import read
from tests.support.reading import MemoryFile
from tests.support.secrets import filled

TEXT = f"region=eu\r\nkey={filled('npm_{alnum36}')}\r\n"
STRAY = b"# made by a program\0\n" + b"# and read by it\n" * 20


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-16"),
        TEXT.encode("utf-32"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        STRAY + TEXT.encode(),
        TEXT.encode("utf-16")[:-1],  # cut off
    ],
)
def test_secrets_of_a_text_in_another_encoding(data):
    search = read(MemoryFile("app/settings.ini", data, amount="stream"))
    for start in range(0, len(data), 5):
        search.feed(data[start : start + 5])
    (secret,) = search.facts()
    assert secret.id == "npm-access-token"
    assert secret.location.line == (23 if data.startswith(STRAY) else 2)


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\2\1\1" + bytes(9) + b"\3\0\x3e\0",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 3,
        b"PK\3\4\x14\0\0\0\x08\0",
        b"\0",
        bytes(1024),
        b"SQLite format 3\0\x10\0\1\1\0",
    ],
)
def test_what_is_no_text(data):
    assert encoding_of(data) is None


TOKEN = filled("npm_{alnum36}")


@pytest.mark.parametrize("inner", [TOKEN.encode(), f'{{"auth": "{TOKEN}"}}'.encode(), TEXT.encode("utf-16-le")])
def test_a_secret_in_base64(inner):
    encoded = base64.b64encode(inner).decode()
    for text in (encoded, f"kind: Secret\ndata:\n  token: {encoded}\n", f'{{"a": "{encoded}"}}', encoded.rstrip("=")):
        (secret,) = find(text.encode(), "app/secret.yaml")
        assert (secret.id, secret.confidence) == ("npm-access-token", find(TOKEN.encode(), "x")[0].confidence)
        assert secret.location.line == (3 if "kind" in text else 1)
        assert TOKEN[4:] not in repr(secret) and encoded not in repr(secret)


def test_the_encoded_text_is_redacted():
    text = b"ENV AUTH=" + base64.b64encode(TOKEN.encode())
    ((start, end),) = spans(text, "x")
    assert (start, text[end:].strip(b"=")) == (9, b"")


@pytest.mark.parametrize("data", [b"", os.urandom(300), b"\0" * 60, "grüße".encode() * 9])
def test_what_is_no_text_in_base64(data):
    assert list(in_base64(base64.b64encode(data))) == []


def test_base64_within_base64_is_not_read():
    assert find(base64.b64encode(base64.b64encode(TOKEN.encode())), "x") == ()


def test_secrets_in_base64_are_bounded():
    line = base64.b64encode(b"key=" + TOKEN.encode()) + b"\n"
    search = Search("x")
    search.feed(line * 5000)
    secrets = list(search.facts())
    assert len(secrets) == 2  # one value, and that the rest is not listed
    assert len(secrets[0].all_places) <= MAX_SECRETS + 1


@pytest.mark.parametrize(
    "text",
    [f"url=https://a.b/?next=%2Fx%3Ftoken%3D{TOKEN}\n", f'{{"a": "b%20{TOKEN}%0A"}}', f"x%3D{TOKEN}%26y%3D1", f"%2A{TOKEN}"],
)
def test_a_secret_in_an_encoded_address(text):
    (secret,) = find(f"\n{text}".encode(), "srv/x")
    assert (secret.id, secret.location.line) == ("npm-access-token", 2)


def test_a_key_in_an_encoded_address():
    body = filled("{b64_64}").replace("+", "%2B").replace("/", "%2F")
    text = f"key=-----BEGIN%20RSA%20PRIVATE%20KEY-----%0A{body}%0A-----END%20RSA%20PRIVATE%20KEY-----%0A"
    (secret,) = find(text.encode(), "srv/x")
    assert (secret.location.line, secret.location.end_line) == (1, 1)


def test_a_token_beside_an_encoded_address_counts_once():
    assert len(find(f"{TOKEN} https://a.b/?c=%20d {TOKEN}".encode(), "srv/x")) == 1


def test_parts_without_separators_are_no_addresses():
    assert list(in_percent(b"100%25 50%zz %s %d %41")) == [(0, 6, b"100%")]
    assert [place[:2] for place in in_percent(b"a%20b c%3Dd")] == [(0, 5), (6, 11)]


def test_addresses_are_searched_together(monkeypatch):
    searched = []
    monkeypatch.setattr(
        Search, "spans", lambda self, text, until, real=Search.spans: searched.append(1) or real(self, text, until)
    )
    lines = [f"GET /?a=%20{number}" for number in range(1000)]
    lines[500] += f"%3D{TOKEN}"
    lines[700] += f"%0Ax%3D{filled('AKIA{base32_16}')}"
    secrets = find("\n".join(lines).encode(), "srv/x")
    assert [(secret.id, secret.location.line) for secret in secrets] == [("npm-access-token", 501), ("aws-access-key-id", 701)]
    assert len(searched) == 2

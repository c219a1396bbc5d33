"""Which bytes are a text, and in which encoding."""

import pytest

from careen.secrets.encodings import encoding_of
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

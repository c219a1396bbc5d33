import pytest
from tests.support.reading import MemoryFile

from careen.catalogers.apk import read
from careen.formats.packages import unreadable_parts


@pytest.mark.parametrize(
    ("lines", "vendor"),
    [
        ("P:musl\nV:1.2-r0\no:musl\nc:0123456789abcdef\n", "unknown"),
        ("P:musl\nV:1.2-r0\no:musl\n", "third_party"),
        ("P:musl\nV:1.2-r0\nc:0123456789abcdef\n", "third_party"),
        ("P:.build-deps\nV:20240101.1\n", "unknown"),
    ],
)
def test_a_package_without_recipe_or_commit_was_built_by_somebody_else(lines, vendor):
    (found,) = read(MemoryFile("lib/apk/db/installed", lines.encode()))
    assert found.package.vendor == vendor


@pytest.mark.parametrize(
    "text",
    [
        "P:musl\nV:1.2-r0\n\nP:openssl\nV:3.5-r0\nV:3.0-r0\n",  # apk takes the last value
        "P:musl\nV:1.2-r0\n\nP:zlib\nV:1.3-r0\nP:openssl\nV:3.0-r0\n",  # no empty line between two
    ],
)
def test_values_that_replace_others_of_their_paragraph_are_reported(text):
    musl, openssl, parts = read(MemoryFile("lib/apk/db/installed", text.encode()))
    assert (musl.package.name, openssl.package.name, openssl.package.version) == ("musl", "openssl", "3.0-r0")
    assert "paragraph 2 has two" in parts.first


def test_what_is_too_long_to_be_read_is_reported(monkeypatch):
    text = b"P:musl\nV:1.2-r0\n\nP:openssl\nV:3.5-r0\n"
    monkeypatch.setattr(unreadable_parts, "MAX_BYTES", len(text))
    assert len(list(read(MemoryFile("lib/apk/db/installed", text)))) == 2
    monkeypatch.setattr(unreadable_parts, "MAX_BYTES", text.index(b"P:openssl"))
    musl, parts = read(MemoryFile("lib/apk/db/installed", text))
    assert (musl.package.name, parts.count) == ("musl", 1)
    assert "the rest was not read" in parts.first

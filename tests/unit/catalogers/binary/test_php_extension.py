"""Extensions of PHP, by the structure with which they register."""

from struct import pack

import pytest
from tests.support.elf import TEXTS, library

from careen.catalogers.binary.php_extension import MAX_BYTES, is_extension, read_extension

ENTRY_BYTES = 168


class File:
    def __init__(self, data, size_bytes=0):
        self.data, self.size_bytes = data, size_bytes or len(data)


def extension(name, version, size=ENTRY_BYTES, symbol="acme_module_entry"):
    texts = name + b"\0" + version + b"\0"
    entry = bytearray(ENTRY_BYTES)
    entry[32:40], entry[88:96] = pack("<Q", TEXTS), pack("<Q", TEXTS + len(name) + 1)
    return library({"get_module": b"\xc3"}, texts=texts, variables={symbol: bytes(entry[:size])})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (extension(b"xdebug", b"3.4.5"), [("php-xdebug", "3.4.5")]),
        (extension(b"APCu", b"5.1.24RC1"), [("php-apcu", "5.1.24RC1")]),
        (extension(b"sodium", b"8.3.1"), []),  # of PHP's own sources
        (extension(b"acme", b"not set"), []),
        (extension(b"../acme", b"1.2.3"), []),
        (extension(b"acme", b"1.2.3", size=90), []),  # the structure ends before the version
        (extension(b"acme", b"1.2.3", symbol="acme_entry"), []),
        (library({"get_module": b"\xc3"}), []),
    ],
)
def test_name_and_version(content, expected):
    assert [(package.name, package.version) for package in read_extension(File(content))] == expected


def test_a_large_file_is_not_read():
    assert read_extension(File(extension(b"xdebug", b"3.4.5"), MAX_BYTES + 1)) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("usr/local/lib/php/extensions/no-debug-non-zts-20240924/xdebug.so", True),
        ("opt/php/lib/extensions/no-debug-zts-20240924/redis.so", True),
        ("usr/lib/php/20240924/redis.so", False),  # the distribution's
        ("usr/local/lib/libacme.so", False),
    ],
)
def test_its_place(path, expected):
    assert is_extension(path, 0o644) is expected

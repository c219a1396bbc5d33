"""Programs that no rule is about, by the texts in which they name themselves."""

import pytest
from tests.support.reading import MemoryFile, read

from careen.catalogers.binary import CATALOGER

READER = CATALOGER.readers[1]


def found(name, texts, sizes=(65536, 7919, 13)):
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46) + texts + bytes(200)
    return {
        (one.name, one.version) for size in sizes for one in read(READER, MemoryFile(f"opt/{name}", content, 0o755), (size,))
    }


@pytest.mark.parametrize(
    ("name", "texts", "expected"),
    [
        ("acme", b"\0acme 0.18.0\0", ("acme", "0.18.0")),
        ("acme", b"\0Acme version 1.2\n\0", ("acme", "1.2")),
        ("acme", b"\0ACME Version: 2.0.1-rc1\0", ("acme", "2.0.1-rc1")),
        ("acme", b"\0User-Agent: acme/3.1.4\r\n\0", ("acme", "3.1.4")),
        ("acme-1.2", b"\0acme v3.1.4 (built today)\0", ("acme", "3.1.4")),
        ("acme", b"\0/build/acme-3.1.4/src/main.c\0", ("acme", "3.1.4")),
        ("acme", b"\0/usr/share/acme/3.1.4\0", ("acme", "3.1.4")),
        ("grep2", b"\0never\0003.11\0GNU grep2\0/dev/null\0", ("grep2", "3.11")),
        ("acme", b"\0%s (%s) %s\n\0acme\0002.3.4\0", ("acme", "2.3.4")),
        ("bwrap", b"\0--help\0--version\0bubblewrap 0.11.0\0--args\0", ("bubblewrap", "0.11.0")),
        ("shellcheck", b"\0ShellCheck-0.9.0-inplace:ShellCheck.AST\0Acme-1.0-inplace\0", ("ShellCheck", "0.9.0")),
    ],
)
def test_a_program_that_names_itself(name, texts, expected):
    assert found(name, texts) == {expected}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("acme", b"\0acme 1.2.3\0acme 1.2.4\0"),
        ("acme", b"\0notacme 1.2.3\0acme-tools 1.2\0acme 1.2.3.4.5\0"),
        ("http", b"\0HTTP/1.1\0"),
        ("copy", b"\0001.0\0copy\0"),
        ("acme", b"\0/usr/share/acme-3.31/\0"),
        ("ac", b"\0ac 1.2.3\0"),
        ("acme", b"\0--version\0acme %s\0"),
    ],
)
def test_no_certain_version(name, texts):
    assert not found(name, texts)


def test_libraries_and_programs_with_a_rule_are_left_to_these():
    assert not found("libacme.so.1", b"\0libacme 1.2.3\0acme 1.2.3\0")
    assert not found("nginx", b"\0nginx 1.2.3\0")


def test_a_flood_of_names_ends():
    assert not found("acme", b"acme 1." * 100_000, (65536,))

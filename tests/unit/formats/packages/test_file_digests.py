import pytest
from tests.support.work import ends

from careen.formats.packages.file_digests import EACH, Digesting, first_algorithms, is_code, is_compared, may_be_program


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("usr/bin/ls", True),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", True),
        ("opt/vendor/tool", True),
        ("usr/lib/python3/x.cpython-311.so", True),
        ("usr/lib/python3/x.py", False),
        ("usr/share/doc/bash/README", False),
        ("usr/local/bin/tool", False),
        ("etc/init.d/ssh", False),
        ("usr/lib/x.a", False),
    ],
)
def test_what_is_compared(path, expected):
    assert may_be_program(path) is expected


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("usr/bin/sh", b"#!/bin/sh", EACH),
        ("usr/lib/x.so", b"", EACH),
        ("sbin/init", b"\x7fELF..../lib64/ld-linux-x86-64.so.2", ("md5", "sha256")),
        ("bin/busybox", b"\x7fELF..../lib/ld-musl-x86_64.so.1", ("sha1",)),
        ("lib/ld-musl-x86_64.so.1", b"\x7fELF", ("sha1",)),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", b"", ("md5",)),
        ("usr/libexec/gcc/x86_64-linux-gnu/12/cc1", b"", ("md5",)),
        ("lib64/libc.so.6", b"", ("sha256",)),
        ("usr/lib64/libc.so.6", b"musl", ("sha256",)),
        ("opt/venv/lib/x.so", b"", ()),
        ("usr/local/bin/tool", b"", ()),
        ("library/x", b"", ()),
    ],
)
def test_what_is_computed_first(path, data, expected):
    assert first_algorithms(path, data) == expected
    assert is_compared(path) is bool(expected)


def test_digests_of_a_file_in_pieces():
    scanner = Digesting(("md5", "sha1"))
    scanner.feed(b"a")
    scanner.feed(b"bc")
    assert list(scanner.facts()) == ["md5:900150983cd24fb0d6963f7d28e17f72 sha1:a9993e364706816aba3e25717850c26c9cd0d89d"]


def test_a_path_that_no_system_has_is_no_code():
    with ends("a long path"):
        assert not is_code(".so.0" * 200_000 + "-")
    assert is_code("usr/lib/libx.so.1.2")

import pytest

from careen.formats.packages.file_digests import EACH, Digesting, first_algorithms, may_be_program


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
    ("path", "expected"),
    [
        ("usr/bin/sh", EACH),
        ("sbin/init", EACH),
        ("usr/lib/apt/methods/http", EACH),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", ("md5",)),
        ("usr/libexec/gcc/x86_64-linux-gnu/12/cc1", ("md5",)),
        ("lib64/libc.so.6", ("sha256",)),
        ("usr/lib64/libc.so.6", ("sha256",)),
        ("opt/venv/lib/x.so", ()),
        ("usr/local/bin/tool", ()),
        ("library/x", ()),
    ],
)
def test_what_is_computed_first(path, expected):
    assert first_algorithms(path) == expected


def test_digests_of_a_file_in_pieces():
    scanner = Digesting(("md5", "sha1"))
    scanner.feed(b"a")
    scanner.feed(b"bc")
    assert list(scanner.facts()) == ["md5:900150983cd24fb0d6963f7d28e17f72 sha1:a9993e364706816aba3e25717850c26c9cd0d89d"]

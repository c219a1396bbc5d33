"""Releases that are counted with one number."""

import pytest

from careen.catalogers.binary.whole_numbers import whole_number


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\0acme v22\0", b"22"),
        (b"\0acme version 34\n\0", b"34"),
        (b"\0--version\0acme 21\0", b"21"),
        (b"\0acme 21\0", None),
        (b"\0acme v0\0", None),
        (b"\0acme v22.1\0", None),
        (b"\0acme v12345\0", None),
        (b"\0an acme v22\0", None),
        (b"\0acmed v22\0", None),
        (b"\0acme v22", None),
        (b"acme v22\0", None),
    ],
)
def test_numbers(data, expected):
    at = data.index(b"acme")
    assert whole_number(data, at, at + 4) == expected

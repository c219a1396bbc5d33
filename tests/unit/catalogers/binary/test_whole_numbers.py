"""Releases that are counted with one number."""

import pytest

from careen.catalogers.binary.whole_numbers import MAX_PLACES, whole_numbers

ACME = (b"acme", b"Acme")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\0acme v22\0", {b"22"}),
        (b"\0Acme version 34\n\0", {b"34"}),
        (b"\0--version\0acme 21\0", {b"21"}),
        (b"\0acme v21\0acme v22\0", {b"21", b"22"}),
        (b"\0acme 21\0", set()),
        (b"\0acme v0\0", set()),
        (b"\0acme v22.1\0", set()),
        (b"\0acme v12345\0", set()),
        (b"\0an acme v22\0", set()),
        (b"\0acme v22", set()),
    ],
)
def test_numbers(data, expected):
    assert whole_numbers(data, ACME) == expected


def test_a_flood_of_names_ends():
    assert whole_numbers(b"\0acme x" * MAX_PLACES + b"\0acme v22\0", ACME) == set()

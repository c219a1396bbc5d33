"""Versions that the functions and variables of a library have."""

import pytest
from tests.support.elf import TEXTS, library

from careen.catalogers.binary.exported_version import MAX_SYMBOLS, exported_version
from careen.catalogers.binary.version_forms import VERSION


def found(functions=None, variables=None, **more):
    content = library(functions or {"f": b"\xc3"}, variables=variables or {}, **more)
    version = exported_version(content, ("acme",), VERSION.decode())
    return version.decode() if version else None


def number(value):
    return b"\xb8" + value.to_bytes(4, "little") + b"\xc3"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"acme_version": b"1.2.3\0"}, "1.2.3"),
        ({"acme_version": b"Acme 1.2\n\0"}, "1.2"),
        ({"acme_version": b"1.2.3+git (2024)\0"}, "1.2.3"),
        ({"other_version": b"1.2\0"}, None),
        ({"other_version": b"1.2.3\0"}, "1.2.3"),
        ({"_ZN5other7versionE": b"1.2.3\0"}, None),
        ({"_ZN4acme7versionE": b"1.2.3\0", "_ZN5other7versionE": b"1.2.4\0"}, "1.2.3"),
        ({"acme_version": b"1.2.3\0", "acme_version_text": b"1.2.4\0"}, None),
        ({"acme_unicode_version": b"16.0.0\0"}, None),
        ({"acme_api_version": b"1.2.3\0"}, None),
        ({"acme_text": b"1.2.3\0"}, None),
        ({"acme_major_version": b"\1\0\0\0", "acme_minor_version": b"\2\0\0\0", "acme_micro_version": b"\3\0\0\0"}, "1.2.3"),
        ({"acme_ver_maj": b"\1\0\0\0", "acme_ver_min": b"\2\0\0\0", "acme_ver_mic": b"\3\0\0\0"}, "1.2.3"),
        ({"acme_ver_max": b"\1\0\0\0", "acme_ver_min": b"\2\0\0\0", "acme_ver_mic": b"\3\0\0\0"}, None),
        ({"acme_major_version": b"\1\0\0\0", "acme_minor_version": b"\2\0\0\0"}, None),
        ({"acme_major_version": b"\xff\xff\xff\0", "acme_minor_version": b"\2\0\0\0", "acme_micro_version": b"\3\0\0\0"}, None),
    ],
)
def test_variables(variables, expected):
    assert found(variables=variables) == expected


def test_functions_that_return_the_parts():
    parts = {f"acme_version_{part}": number(value) for part, value in (("major", 4), ("minor", 5), ("patch", 6))}
    assert found(parts) == "4.5.6"
    assert found({**parts, "acme_version_major": b"\xc3"}) is None


def test_a_function_that_stores_three_numbers():
    code = b"".join(b"\xc7" + bytes((register, value, 0, 0, 0)) for register, value in ((7, 7), (6, 8), (2, 9)))
    assert found({"acme_version": code + b"\xc3"}) == "7.8.9"


def test_a_pointer_to_a_text():
    assert found(variables={"acme_version": bytes(8)}, texts=b"2.0.1\0", pointers={"acme_version": TEXTS}) == "2.0.1"


def test_damage_and_floods():
    assert exported_version(b"\x7fELF", ("acme",), VERSION.decode()) is None
    many = {f"version_{at}": b"1.2\0" for at in range(MAX_SYMBOLS)}
    assert found(variables={**many, "acme_version": b"1.2.3\0"}) is None


@pytest.mark.parametrize(
    ("value", "in_the_file_name", "expected"),
    [(20100, "2.1.0", "2.1.0"), (0x20100, "2.1.0", "2.1.0"), (20100, "2.1.1", None), (20100, "", None), (7, "0.0.7", None)],
)
def test_one_number_counts_if_the_name_of_the_file_has_it(value, in_the_file_name, expected):
    content = library({"acme_version": number(value)})
    found = exported_version(content, ("acme",), VERSION.decode(), in_the_file_name)
    assert (found.decode() if found else None) == expected


@pytest.mark.parametrize(("in_the_file_name", "expected"), [("2.4.3", "2.4.3"), ("2.14.3", None), ("", None)])
def test_two_parts_count_if_the_name_of_the_file_begins_with_them(in_the_file_name, expected):
    content = library({"acme_version_major": number(2), "acme_version_minor": number(4)})
    found = exported_version(content, ("acme",), VERSION.decode(), in_the_file_name)
    assert (found.decode() if found else None) == expected

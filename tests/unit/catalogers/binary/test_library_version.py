from struct import pack

import pytest
from tests.support.elf import library

from careen.catalogers.binary.library_version import MAX_DEBUG_FILES, by_debug_file, by_file_name, by_functions
from careen.catalogers.binary.programs import Function, Program
from careen.formats.binaries.constant_functions import Functions


def number(value):
    return Functions(library({"version": b"\xb8" + pack("<I", value) + b"\xc3"}))


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("decimal", 10505, "1.5.5"),
        ("decimal", 170004, "17.4"),
        ("decimal", 90624, "9.6.24"),
        ("thousands", 2160, "2.16"),
        ("thousands", 2131, "2.13.1"),
        ("digits", 209, "2.0.9"),
        ("digits", 30600, "3.6.0"),
        ("bytes", 0x10302, "1.3.2"),
        ("first three bytes", 0x20C01FF, "2.12.1"),
        ("halves", 0x1001000, "1.1.0"),
    ],
)
def test_numbers(form, value, expected):
    program = Program("acme", ("libacme.so*",), functions=(Function("version", form),), version=r"\d+(?:\.\d+){1,2}")
    assert by_functions(program, number(value)) == expected


def test_a_version_that_the_rule_does_not_expect_is_none():
    program = Program("acme", ("libacme.so*",), functions=(Function("version", "bytes"),), version=r"[1-9]\.\d\.\d")
    assert by_functions(program, number(0x000303)) is None
    assert by_functions(program, Functions(library({"other": b"\xc3"}))) is None


@pytest.mark.parametrize(
    ("by_name", "file", "expected"),
    [
        ("same", "libacme-1a2b3c4d.so.1.2.3", "1.2.3"),
        ("same", "libacme.so.1", None),
        ("gnome 2", "libglib-2.0.so.0.7400.6", "2.74.6"),
        ("gnome 1", "libpango-1.0.so.0.5600.3", "1.56.3"),
        ("gnome 2", "libglib-2.0.so.0.12.6", None),
        ("protobuf 3", "libprotobuf.so.32.0.12", "3.21.12"),
        ("protobuf 3", "libprotobuf.so.17.0.0", None),
        ("", "libacme.so.1.2.3", None),
    ],
)
def test_numbers_of_files(by_name, file, expected):
    assert by_file_name(Program("acme", ("*",), by_name=by_name), file) == expected


def test_a_table_of_releases():
    program = Program("freetype", ("*",), releases=(("6.20.1", "2.13.2"),))
    assert by_file_name(program, "libfreetype-1a2b.so.6.20.1") == "2.13.2"
    assert by_file_name(program, "libfreetype-1a2b.so.6.99.1") is None


CURL = Program("curl", ("libcurl.so*",), by_debug_file=True)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\0libcurl.so.4.7.0-7.76.1-40.el9_8.8.x86_64.debug\0", "7.76.1"),
        (b"libcurl.so.4.7.0.minimal-7.76.1-40.el9.aarch64.debug\0\xa7", "7.76.1"),
        (b"\0libssl.so.3-3.0.7-2.el9.x86_64.debug\0 and libcurl.so.4-7.61.1-34.el8.x86_64.debug\0", "7.61.1"),
        (b"\0libcurl.so.4.7.0.debug\0", None),
        (b"\0libcurl.so.4-7.76-40.el9.x86_64.debug\0", None),  # the rule expects three numbers
        (b"\0mylibcurl.so.4-7.76.1-40.el9.x86_64.debug\0", None),
        (b"\0libcurl.so.4-7.76.1-40.el9.x86_64.debugger\0", None),
        (b".debug\0" * MAX_DEBUG_FILES + b"libcurl.so.4-7.76.1-40.el9.x86_64.debug\0", None),
    ],
)
def test_the_name_of_a_debug_file(content, expected):
    assert by_debug_file(CURL, content) == expected
    assert by_debug_file(Program("curl", ("libcurl.so*",)), content) is None

"""Code as compilers write it; the bytes of x86-64 are those of Debian's libraries."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.elf import AARCH64, CODE_AT, TEXTS, X86_64, library

from careen.formats.binaries.constant_functions import Functions

MARK = b"\xf3\x0f\x1e\xfa"  # endbr64
RET = b"\xc3"
ARM_RET = pack("<I", 0xD65F03C0)


def movz(register, number):
    return pack("<I", 0x52800000 | number << 5 | register)


def movk(register, number):
    return pack("<I", 0x72A00000 | number << 5 | register)


def store(register, pointer):
    return pack("<I", 0xB9000000 | pointer << 5 | register)


@pytest.mark.parametrize(
    "code",
    [
        MARK + b"\xb8\x00\x05\x01\x00" + RET,
        b"\xb8\x00\x05\x01\x00" + RET,
        b"\x55\x48\x89\xe5\xb8\x00\x05\x01\x00\x5d" + RET,
        b"\xb8\x00\x05\x01\x00\xf3\xc3",
    ],
)
def test_a_number(code):
    assert Functions(library({"other": RET, "version": code})).number("version") == 0x10500


@pytest.mark.parametrize("code", [b"\xb8\x00\x05\x01\x00\x83\xc0\x01\xc3", b"\x31\xc0\xc3", b"", b"\xb8\x00"])
def test_a_function_that_does_more_has_no_number(code):
    assert Functions(library({"version": code})).number("version") is None


def test_a_text():
    offset = TEXTS - (CODE_AT + len(MARK) + 7)
    code = MARK + b"\x48\x8d\x05" + pack("<i", offset) + RET
    assert Functions(library({"version": code}, texts=b"0.2.5\0")).text("version") == "0.2.5"
    assert Functions(library({"version": b"\x48\x8d\x05" + pack("<i", 1 << 30) + RET})).text("version") is None


def test_numbers_stored_where_the_arguments_point_to():
    code = MARK + b"\xc7\x07" + pack("<I", 4) + b"\xc7\x06" + pack("<I", 3) + b"\xc7\x02" + pack("<I", 5) + RET
    assert Functions(library({"version": code})).stored("version") == (4, 3, 5)
    assert Functions(library({"version": RET})).stored("version") is None


def test_the_only_number_of_a_range_in_a_structure():
    field = b"\x41\xc7\x44\x24\x20" + pack("<I", 20610)
    other = b"\xc7\x43\x08" + pack("<I", 3001)
    assert Functions(library({"option": other + field})).into_structure("option", 10_000, 99_999) == 20610
    both = field + b"\xc7\x43\x08" + pack("<I", 20611)
    assert Functions(library({"option": both})).into_structure("option", 10_000, 99_999) is None


def test_of_aarch64():
    hint = pack("<I", 0xD503245F)
    number = Functions(library({"version": hint + movz(0, 0x0500) + movk(0, 1) + ARM_RET}, AARCH64))
    assert number.number("version") == 0x10500
    stores = movz(3, 4) + movz(4, 3) + movz(5, 5) + store(3, 0) + store(4, 1) + store(5, 2) + ARM_RET
    assert Functions(library({"version": stores}, AARCH64)).stored("version") == (4, 3, 5)
    page = pack(
        "<I", 0x90000000 | (((-1) & 0x1FFFFF) & 3) << 29 | ((((-1) & 0x1FFFFF) >> 2) & 0x7FFFF) << 5
    )  # adrp x0, -1 page
    add = pack("<I", 0x91000000 | TEXTS << 10)
    text = Functions(library({"version": page + add + ARM_RET}, AARCH64, texts=b"libfoo 1.2.3\0"))
    assert text.text("version") == "libfoo 1.2.3"
    assert Functions(library({"version": pack("<I", 0xB9400000) + ARM_RET}, AARCH64)).number("version") is None


def test_other_processors_have_none():
    assert Functions(library({"version": b"\xb8\x00\x05\x01\x00" + RET}, machine=40)).number("version") is None


@given(st.data())
def test_damaged_files_end_in_an_answer_or_a_value_error(data):
    content = bytearray(library({"version": MARK + b"\xb8\x00\x05\x01\x00" + RET}))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = Functions(bytes(content))
        found.number("version"), found.text("version"), found.stored("version")
    except ValueError:
        pass


@pytest.mark.parametrize("machine", [X86_64, AARCH64])
def test_variables(machine):
    content = library(
        {"f": RET},
        machine,
        texts=b"1.2.3\0",
        variables={
            "array": b"acme 1.2\0",
            "major": b"\7\0\0\0",
            "pointer": bytes(8),
            "in_place": pack("<Q", TEXTS),
            "lost": pack("<Q", 1 << 40),
        },
        pointers={"pointer": TEXTS},
    )
    found = Functions(content)
    assert found.variable_text("array") == "acme 1.2"
    assert found.variable_text("pointer") == found.variable_text("in_place") == "1.2.3"
    assert found.variable_number("major") == 7
    assert found.variable_number("array") is found.variable_text("lost") is found.variable_text("none") is None
    assert set(found.names()) == {"f", "array", "major", "pointer", "in_place", "lost"}

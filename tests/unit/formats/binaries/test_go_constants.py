"""Constants as Go's linker writes them: sorted by length, without anything between them."""

import pytest
from tests.support.work import grows_with_its_input

from careen.formats.binaries.go_constants import ANCHOR, short_versions

FIVE, SIX, SEVEN, EIGHT, NINE = ANCHOR + b"int64uint8", b"uint16uint32uint64", b"float32float64", b"runnable", b"complex64"


def versions(five=b"", six=b"", seven=b"", before=b"bool"):
    return short_versions(before + b"int8", FIVE + five + b"array" + SIX + six + SEVEN + seven + EIGHT + NINE + b"complex128")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"six": b"Usage:0.25.3--ping"}, ("0.25.3",)),
        ({"five": b"level1.2.0"}, ("1.2.0",)),
        ({"five": b"1.2.0%s:%d"}, ("1.2.0",)),
        ({"seven": b"filters" + b"v1.60.1"}, ("v1.60.1",)),
        ({"six": b"aa0.25.3----"}, ()),
        ({"five": b"1.0.00.0.0"}, ()),
        ({"five": b"1.2.0", "six": b"status0.25.3onLoad"}, ("0.25.3", "1.2.0")),
        ({"six": b"status2.1.18onLoad"}, ("2.1.18",)),
        ({"seven": b"2.5.4.32.5.4.62.5.4.7"}, ()),
    ],
)
def test_versions(parts, expected):
    assert versions(**parts) == expected


def test_names_of_types_need_not_be_beside_each_other():
    assert short_versions(b"int8int64", ANCHOR + b"uint82.1.8DEBUG" + SIX) == ("2.1.8",)


def test_constants_before_the_anchor():
    assert short_versions(b"int81.2.3", FIVE + SIX) == ("1.2.3",)


def test_constants_of_the_same_length_in_order():
    assert short_versions(b"int8.html.webp/proc1.2.51562578125:9324", FIVE + SIX) == ("1.2.5",)
    assert short_versions(b"int8.webp.html0.1251.2.50.62578125:9324", FIVE + SIX) == ()


def test_neighbours_without_a_dot():
    assert short_versions(b"int8:9324156251.2.578125.html", FIVE + SIX) == ("1.2.5",)
    assert short_versions(b"int8:932415.251.2.578125.html", FIVE + SIX) == ()
    assert short_versions(b"int8:9324", FIVE + b"1.2.10" + SIX) == ("1.2.10",)


def test_a_program_that_lacks_some_of_the_names():
    assert short_versions(b"int8", FIVE + SIX + b"0.25.3onLoad") == ("0.25.3",)
    assert short_versions(b"int8", FIVE + SIX + b"0.25.3onLoad" + NINE) == ("0.25.3",)


def test_a_program_without_the_other_names():
    assert short_versions(b"", ANCHOR) == ()
    assert short_versions(b"int8", FIVE + b"1.2.3") == ()


def test_floods_of_versions():
    def work(size):
        return lambda: short_versions(b"int8" + b"a1.2.3b" * size, FIVE + b"1.2.31.2.4" * size + SIX)

    assert grows_with_its_input(work, 200)

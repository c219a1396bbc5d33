"""The table of ends of support."""

import runpy
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from careen.behaviour.life.runtimes import FILE, PRODUCTS, Runtimes, as_of, end_of, packed, supported

MAKE = runpy.run_path(str(ROOT / ".ci" / "lifecycles.py"))


def test_the_table_is_dated_and_has_each_product():
    table = msgspec.json.decode(FILE.read_bytes())
    assert as_of() == table["as_of"] > "2026"
    assert set(PRODUCTS.values()) == set(table["ends"])
    assert packed(Runtimes(**table)) == FILE.read_bytes()


def test_lines_without_a_day_are_left_out():
    assert MAKE["ends_of"](b'[{"cycle": 8, "eol": "2020-01-01"}, {"cycle": "9", "eol": false}, {"cycle": "7"}]') == {
        "8": "2020-01-01"
    }


@pytest.mark.parametrize(
    ("version", "line"), [("18.17.0", "18"), ("v18.17.0", "18"), ("18", "18"), ("180.1", None), ("", None), ("x", None)]
)
def test_the_line_of_a_version(version, line):
    found = end_of("generic", "node", version)
    assert (found and found[0]) == line


def test_supported_lines_are_those_that_have_not_ended():
    table = msgspec.json.decode(FILE.read_bytes())["ends"]["nodejs"]
    found = supported("generic", "node", date(2026, 11, 1))
    assert set(found) == {line for line, end in table.items() if end >= "2026-11-01"}
    assert [table[line] for line in found] == sorted((table[line] for line in found), reverse=True)
    assert supported("generic", "node", date(2099, 1, 1)) == supported("npm", "left", date(2026, 1, 1)) == ()


@given(st.text(max_size=40))
def test_any_version_has_an_answer(version):
    assert end_of("generic", "php", version) is None or end_of("generic", "php", version)[1] > "2000"

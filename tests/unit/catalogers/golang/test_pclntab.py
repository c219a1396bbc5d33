"""The names in the table of functions of a Go program; the tables are written by ``tests.support.pclntab``."""

import random

import pytest
from tests.support.pclntab import pclntab

from careen.catalogers.golang import pclntab as module
from careen.catalogers.golang.pclntab import TableScan, read_header

FUNCTIONS = ("runtime.goexit", "main.main", "example.com/x.(*T).M", "example.com/x.F")
INLINED = ("example.com/y.Small",)
NAMES = b"\0runtime.goexit\0example.com/y.Small\0main.main\0example.com/x.(*T).M\0example.com/x.F"


def scan(file, size=4096, only=None):
    found = TableScan(only)
    for at in range(0, len(file), size):
        found.feed(file[at : at + size])
    names = found.names()
    return None if names is None else bytes(names)


def program(table, before=96):
    return bytes(before) + table + b"data" * 50


@pytest.mark.parametrize("size", [1, 7, 72, 4096])
@pytest.mark.parametrize("width", [4, 8])
@pytest.mark.parametrize("form", [16, 18, 20])
def test_names_of_functions_and_of_inlined_ones(form, width, size):
    assert scan(program(pclntab(FUNCTIONS, INLINED, form=form, width=width)), size) == NAMES


def test_the_linker_aligns_tables():
    assert scan(program(pclntab(FUNCTIONS), before=97)) is None
    assert scan(program(pclntab(FUNCTIONS), before=0)) is not None


def test_only_the_ranges_are_searched():
    file = program(pclntab(FUNCTIONS, INLINED))
    assert scan(file, only=((64, len(file)),)) == NAMES
    assert scan(file, only=((64, 80), (90, len(file)))) == NAMES
    assert scan(file, only=((0, 90),)) is None
    assert scan(file, only=((0, 150), (200, len(file)))) is None  # a gap in the table


def test_skipped_bytes_are_counted():
    file, found = program(pclntab(FUNCTIONS, INLINED), before=128), TableScan(((128, 4096),))
    found.skip(120)
    found.feed(file[120:])
    assert bytes(found.names() or b"") == NAMES


def test_of_two_tables_none_counts():
    table = pclntab(FUNCTIONS)
    assert scan(program(table + bytes(-len(table) % 32) + table)) is None


def test_older_forms_and_other_data():
    assert scan(b"") is None
    assert scan(bytes(4096)) is None
    assert scan(program(b"\xfb" + pclntab(FUNCTIONS)[1:])) is None  # Go 1.2 to 1.15
    assert scan(program(b"\x12" + pclntab(FUNCTIONS)[1:])) is None  # a number that an obfuscator chose


@pytest.mark.parametrize("length", [8, 60, 100, 200, 300])
def test_a_table_that_is_cut_off(length):
    assert scan(bytes(96) + pclntab(FUNCTIONS)[:length]) is None


def test_a_table_that_was_edited():
    table = pclntab(FUNCTIONS)
    for text in (b"example.com/x.F", b"main.main"):
        assert scan(program(table.replace(text, bytes(len(text))))) is None  # a name is gone
    assert scan(program(table.replace(b"main.main\0", b"main.main."))) is None  # a function begins within a name
    head = read_header(table)
    swapped = bytearray(table)
    swapped[head.list + 4 : head.list + 8] = table[head.list + 12 : head.list + 16]
    assert scan(program(bytes(swapped))) is None  # two functions have one place


def test_the_order_of_the_parts():
    table = bytearray(pclntab(FUNCTIONS))
    table[8 + 3 * 8 : 8 + 4 * 8] = (1 << 40).to_bytes(8, "little")  # names behind the list
    assert read_header(bytes(table)) is None
    assert read_header(bytes(72)) is None
    assert read_header(pclntab(FUNCTIONS)).functions == len(FUNCTIONS)


def test_sizes_are_bounded(monkeypatch):
    file = program(pclntab(FUNCTIONS))
    for limit, value in (("MAX_NAMES_BYTES", 40), ("MAX_TABLE_BYTES", 40), ("MAX_NAMES", 3)):
        with monkeypatch.context() as patch:
            patch.setattr(module, limit, value)
            assert scan(file) is None


def test_places_that_look_like_tables_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "MAX_PLACES", 4)
    file = b"\xf1".ljust(32, b"\0") * 6 + program(pclntab(FUNCTIONS))
    assert scan(file) is None
    assert scan(b"\xf1".ljust(32, b"\0") * 2 + program(pclntab(FUNCTIONS))) is not None


def test_a_sample_of_many_functions_is_looked_up():
    many = [f"main.F{number}" for number in range(5 * module.SAMPLE)]
    assert scan(program(pclntab(many))).split(b"\0")[1:] == [name.encode() for name in many]


def test_what_is_inside_the_table_and_has_no_paths():
    file, found = program(pclntab(FUNCTIONS * 10), before=64), TableScan()
    paths = file.index(b"/src/main.go")
    inside = set()
    for at in range(0, len(file), 16):
        found.feed(file[at : at + 16])
        inside.update({at} if found.is_inside(at, 16) else ())
    assert inside == {at for at in range(128, found._end - 15, 16) if at >= paths + 16 or at + 16 <= paths}


def test_older_tables_have_sources_somewhere():
    found = TableScan()
    found.feed(bytes(64) + b"\xfb\xff\xff\xff\0\0\1\x08" + bytes(200))
    assert not found.has_sources(0, 64)
    assert found.has_sources(64, 16)
    assert found.has_sources(0, 65)
    found = TableScan()
    found.feed(bytes(65) + b"\xfb\xff\xff\xff\0\0\1\x08" + bytes(200))
    assert not found.has_sources(64, 200)


def test_damage_is_bounded():
    whole = program(pclntab(FUNCTIONS * 20, INLINED))
    chosen = random.Random(14)
    for _ in range(10_000):
        file = bytearray(whole)
        for _ in range(chosen.randrange(1, 6)):
            file[chosen.randrange(len(file))] = chosen.choice((0, 1, 0x7F, 0x80, 0xFF, chosen.randrange(256)))
        found = TableScan()
        found.feed(bytes(file))
        names = found.names()
        assert names is None or len(names) < len(whole)
        assert len(found._names.data) + len(found._list.data) <= 2 * len(whole)

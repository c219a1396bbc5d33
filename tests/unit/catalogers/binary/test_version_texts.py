"""Libraries by their version texts: every rule has an example and a similar text that means nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import MemoryFile, read
from tests.support.work import ends

from careen.catalogers.binary import CATALOGER
from careen.catalogers.binary.own_name import own_name
from careen.catalogers.binary.own_version import GUESSED, OwnVersion
from careen.catalogers.binary.programs import Linked, linked_libraries
from careen.catalogers.binary.version_texts import MAX_NUMBERS, NEAR_BYTES, WINDOW_BYTES, Known, VersionTexts

READER = CATALOGER.readers[1]
RULES = linked_libraries()
each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
PATHS = {"": "site-packages/acme.libs/libacme-1a2b3c4d.so.1", "program": "opt/acme/server"}
LEAST_BYTES = 7  # of fixed text, besides the version
NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,5}){1,3}")
SQLITE = b"SQLite format 3\0unable to delete/modify user-function due to active statements\0"


def found(text, rule=None, before=bytes(70_000)):
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46) + before + text + bytes(70_000)
    path = PATHS[rule.only if rule else ""]
    return {
        (one.name, one.version)
        for size in (65536, 7919)
        for one in read(READER, MemoryFile(path, content, 0o755), (size,))
        if one.confidence > GUESSED
    }


def searched(rules, data, sizes=()):
    texts = VersionTexts(Known(rules), frozenset(), OwnVersion(own_name("acme")))
    for size in sizes:
        texts.feed(data[:size])
        data = data[size:]
    texts.feed(data)
    return {(library.name, version) for library, version in texts.found()}


@each
def test_an_example_is_found_and_a_similar_text_is_not(rule):
    (version,) = {version for name, version in found(rule.example.encode(), rule) if name == rule.name}
    assert version in rule.example
    assert re.fullmatch(rule.version, version)
    assert not found(rule.harmless.encode(), rule)


@each
def test_texts_that_mention_a_version_mean_nothing(rule):
    version = NUMBER.search(rule.example)[0]
    mentions = (
        "requires {0} {1}",
        "{0}/{1} (compatible)",
        "* {0} {1}: fixed a leak",
        "at least {0} version {1}\n",
        "{0}-{1}.tar.gz",
    )
    texts = "\0".join(mention.format(name, version) for mention in mentions for name in (rule.name, rule.name.upper()))
    assert not found(f"\0{texts}\0{version}\0".encode(), rule)


HEADERS = ("1.2.3", "1.2.11", "1.3.1", "1.6.37")  # what zlib.h and png.h put into each program


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.beside and rule.name != "libpng"], ids=lambda rule: rule.name)
def test_versions_that_headers_put_into_programs_are_of_no_other_library(rule):
    for version in HEADERS:
        texts = "\0".join((*rule.beside, version))
        assert (rule.name, version) not in found(f"\0{texts}\0".encode(), rule)


@each
def test_another_version_is_found_in_the_same_text(rule):
    old = next(version for name, version in found(rule.example.encode(), rule) if name == rule.name)
    new = re.sub(r"(\d)(?=\D*$)", lambda digit: str((int(digit[1]) + 1) % 10), old)
    if re.fullmatch(rule.version, new):
        assert (rule.name, new) in found(rule.example.replace(old, new).encode(), rule)


@each
def test_a_rule_is_fast_and_bounded(rule):
    """The bytes that are looked up are fixed, and a match lies close to its version."""
    assert all(
        len(before) >= 3 or len(rule.after) >= (2 if before else 6) or (before and rule.beside) for before in rule.before
    )
    anchors = min(len(before) for before in rule.before) + len(rule.anywhere)
    fixed = min((len(text) for text in rule.beside), default=0) + len(rule.after)
    width = re._parser.parse(rule.rest, re.DOTALL).getwidth()
    assert anchors + fixed + width[0] >= LEAST_BYTES
    assert width[1] <= 300
    assert re._parser.parse(rule.version).getwidth()[1] <= 100
    assert rule.within <= NEAR_BYTES
    assert rule.cpe is None or re.fullmatch(r"[a-z0-9_.-]+:[a-z0-9_.+-]+", rule.cpe)


ACME = Linked("acme", "", "", before=("\0acme ",), rest=r"\x00")
BESIDE = Linked("near", "", "", rest=r"\x00", beside=("text of near",), within=5000)


@pytest.mark.parametrize("at", [0, 1, WINDOW_BYTES - 8, WINDOW_BYTES - 1, WINDOW_BYTES, WINDOW_BYTES + NEAR_BYTES - 3])
def test_a_text_is_found_wherever_windows_meet(at):
    data = bytes(at) + b"\0acme 1.2.3\0" + bytes(2 * WINDOW_BYTES)
    assert searched([ACME], data) == searched([ACME], data, (7919, 65536, 1)) == {("acme", "1.2.3")}


@pytest.mark.parametrize(("gap", "near"), [(0, True), (4900, True), (5100, False)])
@pytest.mark.parametrize("at", [10, WINDOW_BYTES - 3000, WINDOW_BYTES])
@pytest.mark.parametrize("first", [True, False])
def test_how_far_a_text_may_be(gap, near, at, first):
    parts = [b"\0text of near\0", b"\x003.2.1\0"]
    data = bytes(at) + bytes(gap).join(parts if first else parts[::-1]) + bytes(2 * WINDOW_BYTES)
    assert bool(searched([BESIDE], data)) == near


@given(st.lists(st.sampled_from([b"\0", b"acme ", b"1.2.3", b"4.5.60", b"text of near", b".", b"7"]), max_size=12), st.data())
def test_as_one_expression_would_find_it(parts, data):
    """Against a search of the whole text, whatever the sizes of its parts."""
    text = b"".join(parts)
    sizes = data.draw(st.lists(st.integers(1, 9), max_size=9))
    whole = b"\0" + text  # its start is the start of a text
    plain = {number.decode() for number in re.findall(rb"(?<=\0acme )(\d{1,4}\.\d{1,4}\.\d{1,5})(?=\0)", whole)}
    near = {number.decode() for number in re.findall(rb"(?<![ -~])(\d{1,4}\.\d{1,4}\.\d{1,5})(?=\0)", whole)}
    expected = {("acme", *plain)} if len(plain) == 1 else set()
    expected |= {("near", *near)} if len(near) == 1 and b"text of near" in text else set()
    assert searched([ACME, BESIDE], text, sizes) == expected


def test_an_array_of_characters_follows_any_data():
    assert found(b"\xff\x013.45.1\0\x80" + SQLITE) == {("sqlite", "3.45.1")}
    assert not found(b"v3.45.1\0\x80" + SQLITE)
    assert found(b"\x003.40.0.0\x003.40.0\0" + SQLITE) == {("sqlite", "3.40.0")}


def test_a_library_that_only_recognises_databases_is_not_sqlite():
    gdal = b"\x00SQLite format 3\0SQLITE_LIST_ALL_TABLES\0RELEASE_DATE\x003.6.4\0VERSION_NUM\0"
    assert not found(gdal)
    assert found(gdal.replace(b"RELEASE_DATE", SQLITE)) == {("sqlite", "3.6.4")}


def test_the_complete_form_of_a_version_counts():
    texts = b" deflate 1.3.0.1 Copyright 1995-2023 Jean-loup Gailly and Mark Adler \0\x001.3.0.1-motley-788cb3c\0"
    assert found(texts) == {("zlib", "1.3.0.1-motley-788cb3c")}
    assert found(texts.replace(b"1.3.0.1 ", b"1.3.0 ")) == {("zlib", "1.3.0.1-motley-788cb3c")}
    assert not found(texts.replace(b"1.3.0.1 ", b"1.2.13 "))


AFTER = Linked("after", "", "", before=("",), after="-CAPI-", rest="-CAPI-")
IN_PROGRAMS = Linked("in programs", "", "", before=("\0acme ",), rest=r"\x00", only="program")


def test_a_version_is_not_the_end_of_a_longer_one():
    assert searched([AFTER], b"E3.13.1-CAPI-1") == {("after", "3.13.1")}
    assert not searched([AFTER], b"E1.3.13.1-CAPI-1")


def test_what_is_not_searched():
    data = b"\0acme 1.2.3\0"
    assert searched([IN_PROGRAMS], data) == {("in programs", "1.2.3")}
    for texts in (
        VersionTexts(Known([IN_PROGRAMS]), frozenset(), None),
        VersionTexts(Known([ACME]), frozenset(("acme",)), OwnVersion(own_name("acme"))),
    ):
        texts.feed(data)
        assert not list(texts.found())


def test_floods_end():
    for lure in (b"1.1", b"\x001.1.1\0", b"\0acme 1.1.1\0", b"\x001.1.1\0text of near", b"1" * 50 + b".1"):
        data = (lure * (400_000 // len(lure)))[:400_000]
        with ends(repr(lure)):
            searched([ACME, BESIDE], data)
    far = b"text of near" + bytes(BESIDE.within) + b"\x001.1.1\0" * 50_000
    with ends("texts that are far"):
        assert not searched([BESIDE], far)
    assert not searched([ACME], b"1.1 " * MAX_NUMBERS + b"\0acme 1.2.3\0")

"""Libraries within programs of any name."""

import pytest
from tests.support.elf import library
from tests.support.reading import MemoryFile, read

from careen.catalogers.binary import CATALOGER
from careen.catalogers.binary.linked import LinkedScanner
from careen.catalogers.binary.version_texts import MAX_NUMBERS, NEAR_BYTES
from careen.errors import OverBudgetError

READER = CATALOGER.readers[1]
ZLIB = b" deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly and Mark Adler \0"
OPENSSL = b"\0OpenSSL 3.0.2 15 Mar 2022\0"
BUILT = b'\0OPENSSLDIR: "/usr/local/ssl"\0'
SQLITE = b"unable to delete/modify user-function due to active statements\0SQLite format 3\0"


def found(texts, path="opt/acme/server", sizes=(65536, 7919, 13), reader=READER):
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46) + texts
    return {(one.name, one.version) for size in sizes for one in read(reader, MemoryFile(path, content, 0o755), (size,))}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (ZLIB, ("zlib", "1.2.13")),
        (ZLIB.replace(b"1.2.13", b"1.3.0.1"), ("zlib", "1.3.0.1")),
        (ZLIB.replace(b"de", b"in", 1).replace(b"1.2.13", b"1.2.3"), ("zlib", "1.2.3")),
        (OPENSSL + bytes(200_000) + BUILT, ("openssl", "3.0.2")),
        (BUILT + bytes(200_000) + OPENSSL.replace(b"3.0.2 15", b"1.0.2u  20"), ("openssl", "1.0.2u")),
        (b"\x003.45.1\0" + bytes(9000) + SQLITE, ("sqlite", "3.45.1")),
        (SQLITE + bytes(100_000) + b"\x003.7.17\0", ("sqlite", "3.7.17")),
        (b"\0node.js/v20.9.0\0", ("node", "20.9.0")),
    ],
)
def test_a_library_in_a_program(texts, expected):
    assert found(bytes(70_000) + texts + bytes(70_000)) == {expected}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (b"\0AWS-LC 1.37.0\0built on: n/a\0", ("aws-lc", "1.37.0")),
        (b"\0\nlibpng version 1.6.43\nCopyright (c) 2018-2024 Cosmin Truta\n\0", ("libpng", "1.6.43")),
        (b"\0LIBTIFF, Version 4.6.0\nCopyright\0", ("libtiff", "4.6.0")),
        (b"\0libjpeg-turbo version 2.1.5.1 (build 20230701)\0", ("libjpeg-turbo", "2.1.5.1")),
        (b"\0expat_2.6.2\0", ("expat", "2.6.2")),
        (b"\0CLIENT libcurl 8.13.0-IMPERSONATE\r\n\0", ("curl", "8.13.0")),
        (b"\0CLIENT libcurl 7.74.0\r\n\0", ("curl", "7.74.0")),
    ],
)
def test_a_library_in_another_library(texts, expected):
    assert found(bytes(70_000) + texts + bytes(70_000), "site-packages/acme.libs/libacme-1a2b3c4d.so.1") == {expected}


def test_an_application_of_electron():
    texts = b"\0Chrome/120.0.6099.109 Electron/28.1.0\0node.js/v18.18.2\0"
    assert found(texts) == {("electron", "28.1.0"), ("chrome", "120.0.6099.109"), ("node", "18.18.2")}


@pytest.mark.parametrize(
    "texts",
    [
        SQLITE,  # programs that recognise files have it too
        SQLITE + b"\x003.45.1\0\x003.45.2\0",
        b"\0 libpng version 1.6.43\n\n\0",
        OPENSSL,  # of the headers that a program was built with
        BUILT,
        b"\x003.45.1\0" + bytes(2 * NEAR_BYTES),
        b"Copyright 1995-2022 Jean-loup Gailly",
        ZLIB + ZLIB.replace(b"1.2.13", b"1.2.11"),
        OPENSSL.replace(b"15 Mar 2022", b"(compatible; BoringSSL)") + BUILT,
    ],
)
def test_no_library(texts):
    assert not found(texts)


@pytest.mark.parametrize("folder", ["lib", "usr/lib", "usr/lib64", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/gtk"])
def test_the_systems_libraries_are_left_to_their_names(folder):
    assert not found(ZLIB, f"{folder}/libacme.so.1")
    assert found(ZLIB, f"{folder}/python3/dist-packages/libacme.so.1")


def test_modules_and_carried_libraries_are_searched():
    assert found(ZLIB, "site-packages/acme.libs/libacme-1a2b3c4d.so.1")
    assert found(ZLIB, "lib/python3.12/site-packages/acme/_fast.cpython-312-x86_64-linux-gnu.so")
    assert found(ZLIB, "node_modules/acme/build/Release/acme.node")


def test_a_library_that_a_rule_for_the_name_looks_for_is_not_listed_twice():
    assert not found(OPENSSL + BUILT, "usr/bin/openssl")


def test_code_is_not_searched():
    scanner = READER.read(MemoryFile("opt/acme", library({"main": b"\xc3"}), 0o755))
    assert scanner.ranges is None  # its only segment holds code and constants


def test_a_flood_of_texts_ends():
    assert not found(b"OpenSSL " * 200_000, sizes=(65536,))


def test_a_text_does_not_go_on_in_another_part_of_the_file():
    end = ZLIB.index(b"2.13")
    for gap, expected in ((0, ["zlib"]), (1 << 20, [])):
        scanner = LinkedScanner([(0, end), (end + gap, gap + len(ZLIB))], frozenset(), None)
        scanner.feed(ZLIB[:end])
        scanner.skip(gap)
        scanner.feed(ZLIB[end:])
        assert [one.name for one in scanner.facts()] == expected


def test_numbers_that_are_not_looked_at_are_stated():
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46) + ZLIB
    scanner = READER.read(MemoryFile("opt/acme/server", content, 0o755))
    for part in (content, b" 1.1" * MAX_NUMBERS, OPENSSL + BUILT, bytes(NEAR_BYTES)):
        scanner.feed(part)
    facts = scanner.facts()
    assert next(facts).name == "zlib"
    with pytest.raises(OverBudgetError, match="100,000 numbers") as caught:
        next(facts)
    assert not caught.value.whole


@pytest.mark.parametrize("name", ["_openssl.abi3.so", "_rust.abi3.so"])
def test_a_module_that_loads_openssl_does_not_contain_it(name):
    path = f"opt/venv/lib/python3.11/site-packages/cryptography/hazmat/bindings/{name}"
    assert {one for reader in CATALOGER.readers for one in found(OPENSSL, path, reader=reader)} == set()
    assert {one for reader in CATALOGER.readers for one in found(OPENSSL + BUILT, path, reader=reader)} == {
        ("openssl", "3.0.2")
    }


def test_a_program_that_no_rule_is_about_is_assessed_if_the_map_of_software_has_its_name():
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46)
    known, other = (
        next(iter(read(READER, MemoryFile(f"opt/{name}", content + f"\0{name} 1.2.3\0".encode() + bytes(200), 0o755))))
        for name in ("pandoc", "acme")
    )
    assert (known.name, known.cpe) == ("pandoc", "cpe:2.3:a:pandoc:pandoc:1.2.3:*:*:*:*:*:*:*")
    assert (other.name, other.cpe) == ("acme", None)

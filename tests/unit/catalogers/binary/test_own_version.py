"""Programs that no rule is about, by the texts in which they name themselves."""

import pytest
from tests.support.elf import library
from tests.support.reading import MemoryFile, read

from careen.catalogers.binary import CATALOGER
from careen.catalogers.binary.linked import SMALLEST_BYTES
from careen.catalogers.binary.own_name import own_name
from careen.catalogers.binary.own_version import GUESSED, STATED, version_among, version_in

READER = CATALOGER.readers[1]


def found(name, texts, sizes=(65536, 7919, 13), folder="opt", confidence=False):
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46) + texts + bytes(200)
    packages = [one for size in sizes for one in read(READER, MemoryFile(f"{folder}/{name}", content, 0o755), (size,))]
    return {one.confidence if confidence else (one.name, one.version) for one in packages}


@pytest.mark.parametrize(
    ("name", "texts", "expected"),
    [
        ("acme", b"\0acme 0.18.0\0", ("acme", "0.18.0")),
        ("acme", b"\0Acme version 1.2\n\0", ("acme", "1.2")),
        ("acme", b"\0ACME Version: 2.0.1-rc1\0", ("acme", "2.0.1-rc1")),
        ("acme", b"\0User-Agent: acme/3.1.4\r\n\0", ("acme", "3.1.4")),
        ("acme-1.2", b"\0acme v3.1.4 (built today)\0", ("acme", "3.1.4")),
        ("acme", b"\0/build/acme-3.1.4/src/main.c\0", ("acme", "3.1.4")),
        ("acme", b"\0/usr/share/acme/3.1.4\0", ("acme", "3.1.4")),
        ("grep2", b"\0never\0003.11\0GNU grep2\0/dev/null\0", ("grep2", "3.11")),
        ("acme", b"\0%s (%s) %s\n\0acme\0002.3.4\0", ("acme", "2.3.4")),
        ("bwrap", b"\0--help\0--version\0bubblewrap 0.11.0\0--args\0", ("bubblewrap", "0.11.0")),
        ("acme-init", b"\0acme-init v%.*s\0\0001.2.5\n\0", ("acme-init", "1.2.5")),
        ("acme", b"\0001.2.3\0acme version %s\n\0", ("acme", "1.2.3")),
        ("acmed", b"\0Acme DNS 3.0.5\0", ("acmed", "3.0.5")),
        ("acme", b"\0acme 1.0.8: extracts blocks\0", ("acme", "1.0.8")),
        ("ac", b"\0version\0001.07.1\0", ("ac", "1.07.1")),
        ("acme", b"\0acme 5.12.0.git, http://acme.example\0", ("acme", "5.12.0")),
        ("acme", b"\0acme/0.5.3+git20230121\0", ("acme", "0.5.3")),
        ("acme", b"\0acmeversion\0003.0.11\0", ("acme", "3.0.11")),
        ("acme-tool", b"\0acme/1.2.3\0", ("acme-tool", "1.2.3")),
        ("acme", b"\0/build/acme-1.22/db/builder.cc\0", ("acme", "1.22")),
        ("acme", b"\0acme 1.2\0acme 1.2.3\0", ("acme", "1.2.3")),
        ("acme.basic", b"\0ACME 3.0\0ACME - Ac IMproved 9.1 (2024 Jan 02)\0ACME - Ac IMproved 9.1\0", ("acme.basic", "9.1")),
        ("acme", b"\0acme 1.2.3\0acme 1.2.9\0version\0001.2.9\0", ("acme", "1.2.9")),
        ("acme", b"\0acme v%s\n\0/etc\0002.10\0", ("acme", "2.10")),
        ("acme", b"\0version \0002.6.3\0stable\0", ("acme", "2.6.3")),
        ("acme", b"/rustc/58cf8f9\0 spans0.9.3configAcme/byteorder-1.5.0/src/lib.rs a 4.5.6 b", ("acme", "0.9.3")),
        ("acme", b"/rustc/58cf8f9\0.acme.toml1.5.0Acme's" + bytes(99) + b"sarif-2.1.0.json2.1.0internal", ("acme", "1.5.0")),
        ("acme", b"\0\xff\xfe6.15.0\0version\0", ("acme", "6.15.0")),
        ("acme", b"\0\0\x16Cacme version 7.2\n\0", ("acme", "7.2")),
        ("acme-client", b"\0acme-client (@ACME@)\x002.4.7\0", ("acme-client", "2.4.7")),
        ("acme-mail", b"\0acme-mail\0@ACME@\x002.4.7\0", ("acme-mail", "2.4.7")),
        ("acme-cov", b"\0Written by acme version \00014.0.6\0<div>\0", ("acme-cov", "14.0.6")),
        ("unacme", b"\0acme 2.8\0zlib %s\n\0", ("acme", "2.8")),
        ("acme", b"\0https://acme.example\0006.1\0debug\0", ("acme", "6.1")),
        ("b4", b"\0we\0GNU B4 1.4.19\0V1\n\0", ("b4", "1.4.19")),
        ("acme", b"\0-g -ffile-prefix-map=/build/path/acme-2.9.2=. -O2\0", ("acme", "2.9.2")),
        ("acme", b"/usr/share/cargo/registry/tools-acme-1.3.0/target/x\0", ("acme", "1.3.0")),
        ("rg", b"/usr/share/cargo/registry/ripgrep-12.1.1/debian/cargo_registry/x-0.1.2/src/lib.rs\0", ("ripgrep", "12.1.1")),
        ("mkfs.acme", b"\0util-linux 2.41.5\0", ("util-linux", "2.41.5")),
        ("acme", b"\0acme 4.6.3\0acme %s\n\0006.5\0", ("acme", "4.6.3")),
        ("acme", b"\0acme - 0.6.3\n\0", ("acme", "0.6.3")),
        ("acme", b"\0%s 2.4.0\n\0x\x001.3.1\0", ("acme", "2.4.0")),
        ("acme", b"\0%s version 2.13\n%s\n\0", ("acme", "2.13")),
        ("at", b"\0at version 3.2.5\nPlease report\0", ("at", "3.2.5")),
        ("acme", b"\0<div>Acme, Version: 0.5</div>\n\0", ("acme", "0.5")),
        ("acme_64", b"\0acme, version 7.0.12\n\0", ("acme_64", "7.0.12")),
        ("acme", b"\0ACME 3.0\0ACME - Ac MEproved 9.1 (2024 Jan 02)\0", ("acme", "9.1")),
        ("acme", b"\0acme-0.3-60rF4LsRtOy6m8Bf7Rq3yC-acme:Acme.Types\0", ("acme", "0.3")),
        ("acme", b"/build/reproducible-path/acme-0.26.13/debian/cargo_registry/x-1.0.1/src/de.rs\0", ("acme", "0.26.13")),
        ("lister", b"\0/build/acme-4Lr6Bd/acme-6.5.12+dfsg/apps/Lister.cpp\0", ("acme", "6.5.12")),
        ("lister", b"\0/builddir/build/BUILD/acme-6.5/apps/lister.c\0", ("acme", "6.5")),
        ("shellcheck", b"\0ShellCheck-0.9.0-inplace:ShellCheck.AST\0Acme-1.0-inplace\0", ("shellcheck", "0.9.0")),
        ("acme", b"\0acme-server-0.1.0-inplace:Acme.Server\0acme-3.5-inplace:Acme.App\0", ("acme", "3.5")),
        ("acme", b"\0@(#) acme 2.96 someone@acme.example\0", ("acme", "2.96")),
        ("acmed", b"\0Acme proxy daemon (acmed) version 1.3.0\0", ("acmed", "1.3.0")),
        ("acme", b"\0acme v1.31 2019/12/24 (compiled with popt)\0", ("acme", "1.31")),
        ("aft", b"\0A Fast Tool v0.13\0", ("aft", "0.13")),
        ("acme", b"\0Encoded with Acme++-2.14.0\0", ("acme", "2.14.0")),
        ("acme", b"\0acme-10.20261026-9YknEcKV5qjJmpnehwsg1-acme:Acme\0", ("acme", "10.20261026")),
        ("acme", b"/rustc/58cf8f9\0A list with a lot of pretty colors.1.1.5struct Config", ("acme", "1.1.5")),
        ("acme", b"/rustc/58cf8f9\0AcmeA local nodeVersion: 1.7.1\nCommit SHA: 4072e48", ("acme", "1.7.1")),
        ("mod_acme.so", b"\0mod_acme/1.2.48\0", ("mod_acme", "1.2.48")),
    ],
)
def test_a_program_that_names_itself(name, texts, expected):
    assert found(name, texts) == {expected}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("acme", b"\0acme 1.2.3\0acme 1.2.4\0"),
        ("acme", b"\0notacme 1.2.3\0acme-helper 1.2\0acme 1.2.3.4.5\0"),
        ("http", b"\0HTTP/1.1\0"),
        ("acme", b"\0needs Acme 1.2.3\0"),
        ("acme", b"\0as in acme 1.2 or older\0"),
        ("acme", b"\0Use Acme version 3.0.\n\0"),
        ("acme", b"\0%s 2.4.0\n\0%s 2.5.0\n\0"),
        ("acme", b"\0%s 2.4 or newer\0"),
        ("acme", b"\0/build/reproducible-path/glibc-2.41/elf/dl.c\0"),
        ("acme", b"\0/build/reproducible-path/lister-2.41/a.c\0/build/reproducible-path/other-1.2/b.c\0"),
        ("acme", b"\0/home/someone/lister-2.41/a.c\0"),
        ("acme", b"\0As of Acme 0.7.0, the file is read\0"),
        ("acme", b"\0included by default on Acme 0.6.0+.\0"),
        ("acme", b"\0acme\x00127.0.0.1\0"),
        ("acme", b"\0acme/127.0.0.1\0"),
        ("acme", b"\0/usr/lib/acme-1.0/modules\0"),
        ("acme", b"\0ACME_1.2\0acme-2.0\0"),
        ("acme", b"\0/rustc/58cf8f9\0spans0.9.3config0.9.4acmes"),
        ("acme", b"\0Acme's0.9.3config\0"),
        ("copy", b"\0001.0\0copy\0"),
        ("acme", b"\0/usr/share/acme-3.31/\0"),
        ("ac", b"\0ac 1.2.3\0"),
        ("acme", b"\0--version\0acme %s\0"),
        ("acme", b"\0other - Acme Improved 9.1\0"),
        ("acme", b"\0@(#)acme.c 8.1 (Berkeley) 6/6/93\0"),
        ("acme", b"\0acme v1.31 2019 (compiled with popt)\0"),
        ("aft", b"\0a fast tool v0.13\0"),
        ("acme", b"\0Works with Acme++-2.14.0\0"),
        ("acme", b"/rustc/58cf8f9\0/lib/libother.so.1.1.5struct Config\0see list.1.1.6\0A list of all colors.1.1.7\0"),
        ("acme", b"\x004.3.5-unknown\0acme/%s (libother %s)\0"),
        ("acme", b"\0version\0001.1.1.1\0"),
        ("mod_acme.so", b"\0version\0001.2.48\0"),
        ("acme.so", b"\0acme/1.2.48\0"),
    ],
)
def test_no_certain_version(name, texts):
    assert not found(name, texts)


def test_programs_with_a_rule_are_left_to_it():
    assert not found("nginx", b"\0nginx 1.2.3\0")


@pytest.mark.parametrize(
    ("name", "texts", "expected"),
    [
        ("libacme.so.4.5.6", b"\0libacme 1.2.3\0", ("libacme", "1.2.3")),
        ("libacme-1a2b3c4d.so.25.9.1.0", b"\0ACME 9.1.0\0", ("libacme", "9.1.0")),
        ("libacme-2.0.so.0", b"\0acme/1.2.3\0", ("libacme", "1.2.3")),
        ("libacme-0.196.so", b"\0acme/1.2.3\0", ("libacme", "0.196")),
        ("libacme-3.2.so", b"\0x\0003.2.4\0x\0003.3.1\0", ("libacme", "3.2.4")),
        ("libacme-3.2.so", b"\0x\0003.2\0", ("libacme", "3.2")),
        ("libacme.so.0.27.3", b"\0x\0000.27.3\0002.8.1\0", ("libacme", "0.27.3")),
        ("libacme.so.7.8.3", b"\0libacme.so.7.8\0", ("libacme", "7.8.3")),
        ("libacme2.so.2.0.25", b"\0version\0Cyrus ACME\0002.1.28\0", ("libacme2", "2.1.28")),
    ],
)
def test_a_library_that_names_itself(name, texts, expected):
    assert found(name, texts) == {expected}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (b"\0x\0GNU tools\0y\0z\0009.7\0", ("tools", "9.7")),
        (b"\0acme-progs v6.2\0", ("acme-progs", "6.2")),
        (b"\0util-linux 2.41.5\0", ("util-linux", "2.41.5")),
        (b"\0(GNU Binutils for Debian) 2.40\0", ("Binutils", "2.40")),
        (b"\0acme (systemd) 257.13 (Git)\0", ("systemd", "257.13")),
        (b"\0acme (GNU Tools) 1.11.0\nCopyright\0", ("Tools", "1.11.0")),
        (b"\0%s from %s\n\0tools-ng 4.0.4\0bkmg\0", ("tools-ng", "4.0.4")),
        (b"\0none\0GNU tools\0004.10.0\0\\n\0", ("tools", "4.10.0")),
        (b"\0acme, version 8.4\n\0", ("acme", "8.4")),
        (b"\0acme 3.5a\0", ("acme", "3.5a")),
        (b"\0longopts\0003.25\0acme %s\n\0", ("acme", "3.25")),
        (b"\0acme (Tools) %s\n\00023.7\0Cannot stat %s\0", ("Tools", "23.7")),
    ],
)
def test_a_program_that_names_its_product(texts, expected):
    assert found("acme", texts) == {expected}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (b"\0--version\0001.16.2\0dbus-\0", "1.16.2"),
        (b"\0Options\0 version 14.0.0\n\0", "14.0.0"),
        (b"\0version\0v2.1.0-rc1\0", "2.1.0-rc1"),
        (b"\0version\0001.52.0\0inflateInit2_\0001.2.13\0", "1.52.0"),
        (b"\0version\0001.52.0\0png_create_read_struct\0001.6.48\0002.6.32\0", "1.52.0"),
        (b"\0version\0001.52.0\0001.53.0\0", None),
        (b"\0version\0001.52.0\0gcry_check_version\0", None),
        (b"\0version\0x\0002.4.63\0", None),
        (b"/rustc/58cf8f9\0version\0005.3.0\0", None),
        (b"\0help\0001.52.0\0", None),
        (b"\0version\0001.52.0\0acme 1.1\0acme 1.2\0", None),
        (b"\0version\x00127.0.0.1\0", None),
        (b"\0version\x00255.255.255.255\x00192.168.0.1\x000.0.0.0\0", None),
        (b"\0version\x00252.39.1\0", "252.39.1"),
        (b"\0version\x0012.4.0\0gcc \0", None),
        (b"\0version\x008.0.2\0    (GHC version %s for %s)\n\0", None),
        (b"\0version\x0012.4.0\0gcc \x001.52.0\0", "1.52.0"),
        (b"\0version\000x1.52.0\0001.52\0", None),
        (b"\0%s v%s [%s] (C) %s\n\0002.3\0", "2.3"),
        (b"\0version\0\0\0\0P?3.3.5\0", "3.3.5"),
        (b"\0version: 0.7.0 from 2014-06-16\n\0", "0.7.0"),
        (b"\0version 2.96.1 %s\0", "2.96.1"),
        (b"\0version 3.1 of the License\0", None),
        (b"\0inflateInit_\0--version\0v1.2.3\0001.2.11\0002.25.1\0", "1.2.3"),
        (b"\0--version\0002.1.1.debian\0x\0003.4.5\0", "2.1.1"),
        (b"\0--version\0x\0acme v22\0acme v22 started\0002.3.4\0", "22"),
        (b"\0--version\0acme 21\0", "21"),
        (b"\0acme version 34\n\0", "34"),
        (b"\0acme 21\0", None),
        (b"\0acme v21 and v22\0", None),
        (b"\0acme v21\0acme v22\0", None),
        (b"\0version\0001.1\0", None),
    ],
)
def test_the_only_version_of_a_file(texts, expected):
    assert found("acme", texts) == ({("acme", expected)} if expected else set())
    assert found("acme", texts + bytes(SMALLEST_BYTES), folder="usr/bin") == found("acme", texts)
    assert not found("acme", texts, folder="usr/bin")


@pytest.mark.parametrize(
    ("name", "texts", "expected"),
    [
        ("libacme.so.0.24.3", b"\0libacmecommon-17.0.so\0", "17.0"),
        ("libacme.so.8.1", b"\0none\x008.1\0_*\0", "8.1"),
        ("libacme.so.2.66", b"\0%s is the shared library version: libacme-2.66.\nSee\0", "2.66"),
        ("libacme.so.2.5.1", b"\2\0\0\0\5\0\0\0\1\0\0\0", "2.5.1"),
        ("libacme-1.0.so.0.25.1", b"\0libacme_more-2.0.so.0\0libacme-1.0.so.0\0", None),
        ("libacme.so.1.0", b"\0html\x001.0\0", None),
        ("libacme.so.7.2.0", b"\7\0\0\0\2\0\0\0\0\0\0\0", None),
        ("libacme2.so.0.3.7", b"\0acme2_2.1.0\0acme2_0.0.0\0", None),
        ("libacme-client.so.3", b"\0acme 0.6\0", None),
        ("libacme.so.0", b"\0ACME-KIT 2.1 -- (c) Acme\0", "2.1"),
        ("libacme.so.0.8.0", b"\0ACME_0.7.0\0ACME_0.8.0\0", None),
        ("libacme-3.2.so", b"\0ACME_3.2\0", None),
    ],
)
def test_numbers_of_a_library(name, texts, expected):
    assert {version for _, version in found(name, texts)} == ({expected} if expected else set())


def test_a_function_that_compares_versions_may_be_the_librarys_own():
    assert found("libacme.so.1", b"\0version\0001.52.0\0acme_check_version\0") == {("libacme", "1.52.0")}
    assert not found("libacme.so.1", b"\0version\0001.52.0\0gcry_check_version\0")


def test_a_program_whose_headers_are_at_its_end():
    content = library({"f": b"\xc3"}, texts=b"\0acme 1.2.3\0")
    moved = content[:32] + (70_000).to_bytes(8, "little") + content[40:]
    late = moved.ljust(70_000, b"\0") + content[64:120]
    assert [package.version for package in read(READER, MemoryFile("opt/acme", late, 0o755), (65536,))] == ["1.2.3"]
    assert not read(READER, MemoryFile("opt/acme", late[:-1], 0o755), (65536,))


def test_a_number_that_libtool_counts_is_no_version():
    assert not found("libacme.so.4.5.6", b"\0libacme.so.4\0")
    assert not found("libacme.so.4.5.6", b"\0libother.so.4.5\0")


def test_what_a_function_of_the_library_returns():
    content = library({"acme_version_string": b"\x48\x8d\x05\x01\x00\x00\x00\xc3" + b"1.2.3\0"})
    named = version_in(content, own_name("libacme.so.4"))
    assert (named.name, named.version, named.confidence) == ("libacme", "1.2.3", STATED)
    assert version_in(content[:200], own_name("libacme.so.4")) is None
    assert version_in(b"text", own_name("libacme.so.4")) is None


def test_a_library_may_state_a_version_of_unicode():
    assert found("libacme.so.1", b"\0version\0001.52.0\00016.0.0\0") == {("libacme", "1.52.0")}


def test_the_only_version_is_a_guess():
    assert found("acme", b"\0version\0001.52.0\0", confidence=True) == {GUESSED}
    assert found("acme", b"\0acme 1.52.0\0", confidence=True) == {STATED}


def test_a_version_of_the_compiler_is_not_the_programs():
    comment = b"\0GCC: (Debian 13.2.0-7) 13.2.0\0"
    own = own_name("acme")
    assert version_among(b"\0version\x0013.2.0\0", comment, own) is None
    assert version_among(b"\0version\x0013.2.0\x001.8.13\0", comment * 9, own).version == "1.8.13"
    assert version_among(b"\0version\x0013.2.0\0", b"", own).version == "13.2.0"


def test_a_flood_of_names_ends():
    assert not found("acme", b"acme 1." * 100_000, (65536,))

import struct

import pytest
from tests.support import rpmdb

from careen.formats.packages.rpm_header import read_header


def test_the_fields_of_a_package():
    found = read_header(
        rpmdb.package("openssl-libs", "3.0.7", "6.el9", epoch=1, sourcerpm="openssl-3.0.7-6.el9.src.rpm", packager="P")
    )
    assert (found.name, found.evr, found.arch) == ("openssl-libs", "1:3.0.7-6.el9", "x86_64")
    assert (found.source_rpm, found.license, found.vendor) == ("openssl-3.0.7-6.el9.src.rpm", "MIT", "Example Linux")
    assert found.packager == "P"
    assert found.module is None


@pytest.mark.parametrize(("epoch", "evr"), [(None, "1-2"), (0, "1-2"), (3, "3:1-2")])
def test_an_epoch_of_zero_is_left_out(epoch, evr):
    assert read_header(rpmdb.package("a", "1", "2", epoch=epoch)).evr == evr


def test_files_on_the_disk():
    found = read_header(
        rpmdb.package(
            "a",
            files=["/usr/bin/a", "/usr/bin/folder", "/var/log/ghost", "/usr/doc/left-out", "/root-file"],
            modes=[0o100755, 0o40755, 0o100644, 0o100644, 0o100644],
            flags=[0, 0, 64, 2, 0],
            states=[0, 0, 0, 2, 1],
        )
    )
    assert found.files == {"usr/bin": ("a",), "": ("root-file",)}


def test_digests_of_what_does_not_change():
    found = read_header(
        rpmdb.package(
            "a",
            files=["/usr/bin/a", "/usr/bin/b.conf", "/usr/share/doc/a", "/usr/bin/config", "/usr/bin/unverified"],
            modes=[0o100755] * 5,
            flags=[0, 0, 2, 1, 0],
            fileverifyflags=[0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE],
            filedigests=["aa", "bb", "cc", "dd", "ee"],
            filedigestalgo=[8],
        )
    )
    assert (found.algorithm, found.digests) == ("sha256", {"usr/bin/a": "aa", "usr/bin/b.conf": "bb", "usr/share/doc/a": "cc"})


def test_digests_of_old_packages_are_md5_and_unknown_algorithms_none():
    fields = {"files": ["/usr/bin/a"], "filedigests": ["aa"]}
    assert read_header(rpmdb.package("a", **fields)).algorithm == "md5"
    unknown = read_header(rpmdb.package("a", **fields, filedigestalgo=[77]))
    assert (unknown.algorithm, unknown.digests) == ("", {})


def test_files_of_old_packages_are_whole_paths():
    found = read_header(rpmdb.package("a", oldfilenames=["/usr/bin/a", "/etc/a.conf"]))
    assert found.files == {"usr/bin": ("a",), "etc": ("a.conf",)}


def test_what_installation_added_wins_over_what_was_signed():
    blob = rpmdb.header(name="a", version="1", release="2", vendor="old", dribble={"vendor": "new"})
    assert read_header(blob).vendor == "new"


def test_headers_without_a_region():
    assert read_header(rpmdb.header(region=False, name="a", version="1", release="2")).evr == "1-2"


def test_none_in_brackets_is_missing():
    assert read_header(rpmdb.package("a", sourcerpm="(none)", vendor="(none)")).source_rpm is None


def test_text_that_is_not_utf8_stays_readable():
    blob = rpmdb.package("a", vendor="M?ller").replace(b"M?ller", b"M\xfcller")
    assert read_header(blob).vendor == "M\ufffdller"


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\0" * 8,
        struct.pack(">II", 1, 1 << 30) + bytes(64),
        struct.pack(">II", 1 << 30, 0) + bytes(64),
        rpmdb.header(name="a", version="1"),
        rpmdb.header(name="a", release="1"),
        rpmdb.header(version="1", release="1"),
        rpmdb.package("a")[:-40],
        rpmdb.package("a", basenames=["x", "y"], dirnames=["/"], dirindexes=[0]),
        rpmdb.package("a", basenames=["x"], dirnames=["/"], dirindexes=[1]),
        b"\x8e\xad\xe8\x01" + rpmdb.package("a"),
    ],
)
def test_nonsense_is_refused(blob):
    with pytest.raises(ValueError):
        read_header(blob)


@pytest.mark.parametrize("tag", ["basenames", "dirindexes", "name", "modes"])
def test_entries_that_point_outside_of_the_store(tag):
    blob = bytearray(rpmdb.package("a", files=["/usr/bin/a"], modes=[0o100755]))
    for at in range(8, 8 + 16 * struct.unpack_from(">I", blob)[0], 16):
        if struct.unpack_from(">I", blob, at)[0] == rpmdb.TAGS[tag]:
            struct.pack_into(">iI", blob, at + 8, 1 << 20, 1 << 28)
    with pytest.raises(ValueError):
        read_header(bytes(blob))

import io
import random
import shutil
import subprocess

import pytest
from tests.support import packagefiles, rpmdb

from careen.formats.packages.package_head import MAX_BYTES, read_package_head

KEY = "8c718d3b5072e1f5"
CONTROL = "Package: apt-conf\nVersion: 1:0.8-1\nArchitecture: all\nMaintainer: A <a@a.example>\nSource: conf (0.8-1)\n"


def head(data):
    return read_package_head(io.BytesIO(data).read)


def test_an_rpm_that_brings_a_repository():
    header = rpmdb.package("release", "1", "5.el7", ["/etc/yum.repos.d/a.repo", "/usr/share/doc/r"], vendor="A", arch="noarch")
    found = head(packagefiles.rpm(header, packagefiles.signature_header(268, packagefiles.signature(KEY))))
    assert (found.kind, found.name, found.version, found.arch, found.vendor) == ("rpm", "release", "1-5.el7", "noarch", "A")
    assert found.source.name == "release"
    assert found.signers == (KEY,)
    assert found.repositories == ("etc/yum.repos.d/a.repo",)


def test_an_rpm_without_signature():
    found = head(packagefiles.rpm(rpmdb.package("plain", "2.0", "1", epoch=3)))
    assert (found.version, found.signers, found.is_repository) == ("3:2.0-1", (), False)


@pytest.mark.parametrize("tag", [267, 268, 1002, 1005])
@pytest.mark.parametrize("version", [3, 4])
def test_who_signed(tag, version):
    signed = packagefiles.signature_header(tag, packagefiles.signature(KEY, version))
    assert head(packagefiles.rpm(rpmdb.package("a"), signed)).signers == (KEY,)


def test_a_signature_without_issuer():
    assert head(packagefiles.rpm(rpmdb.package("a"), packagefiles.signature_header(268, b"\xc2\x03abc"))).signers == ("?",)


@pytest.mark.parametrize("compression", ["gzip", "zstd", None])
def test_a_deb(compression):
    found = head(packagefiles.deb(CONTROL, compression, conffiles="/etc/apt/sources.list.d/a.sources\n/etc/a.conf\n"))
    assert (found.kind, found.name, found.version, found.arch) == ("deb", "apt-conf", "1:0.8-1", "all")
    assert (found.source.name, found.source.version) == ("conf", "0.8-1")
    assert found.repositories == ("etc/apt/sources.list.d/a.sources",)
    assert found.signers == ()


def test_a_deb_whose_script_writes_a_repository():
    assert head(packagefiles.deb(CONTROL, postinst="#!/bin/sh\necho a > /etc/apt/sources.list.d/a.list\n")).is_repository
    assert not head(packagefiles.deb(CONTROL, postinst="#!/bin/sh\n# not /etc/apt/sources.list.d\nexit 0\n")).is_repository


def test_a_deb_that_is_signed():
    assert head(packagefiles.deb(CONTROL, first=packagefiles.member("_gpgorigin", b"sig"))).signers == ("?",)


def test_nothing_beyond_the_header_is_read():
    for data in (packagefiles.deb(CONTROL), packagefiles.rpm(rpmdb.package("a"))):
        stream = io.BytesIO(data)
        read_package_head(stream.read)
        assert stream.tell() <= len(data) - 4096


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><html></html>",
        packagefiles.rpm(rpmdb.package("a"))[:200],
        packagefiles.deb(CONTROL)[:100],
        packagefiles.deb("Package: a\n"),
        packagefiles.deb("no field"),
        b"!<arch>\n" + packagefiles.member("debian-binary", b"2.0\n") + packagefiles.member("data.tar", b""),
    ],
)
def test_other_files_are_refused(data):
    with pytest.raises(ValueError, match=r"\w"):
        head(data)


def test_a_header_without_end_is_given_up():
    asked = 0

    def endless(size):
        nonlocal asked
        asked += size
        return packagefiles.rpm(b"")[:96].ljust(size, b"\0")[:size] if asked <= 96 else b"\x8e\xad\xe8\x01".ljust(size, b"\xff")

    with pytest.raises(ValueError, match="does not end within"):
        read_package_head(endless)
    assert asked < MAX_BYTES


def test_a_control_archive_that_inflates_without_end():
    with pytest.raises(ValueError, match="inflates"):
        head(packagefiles.deb(CONTROL, config="\0" * (20 << 20)))


def test_mutations_raise_value_errors_alone():
    randomness = random.Random(7)
    signed = packagefiles.signature_header(268, packagefiles.signature(KEY))
    for data in (packagefiles.rpm(rpmdb.package("a", files=["/etc/a"]), signed), packagefiles.deb(CONTROL, None)):
        for _ in range(300):
            broken = bytearray(data)
            for _ in range(randomness.randint(1, 6)):
                broken[randomness.randrange(min(len(broken), 900))] = randomness.randrange(256)
            try:
                head(bytes(broken))
            except ValueError:
                pass


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not here")
def test_what_dpkg_makes(tmp_path):
    (tmp_path / "a/DEBIAN").mkdir(parents=True)
    (tmp_path / "a/DEBIAN").chmod(0o755)
    (tmp_path / "a/DEBIAN/control").write_text(CONTROL + "Description: a\n")
    subprocess.run(["dpkg-deb", "--build", "a", "a.deb"], cwd=tmp_path, check=True, capture_output=True)
    assert head((tmp_path / "a.deb").read_bytes()).version == "1:0.8-1"

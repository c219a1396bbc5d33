"""Archives of images, as their programs write them, and other archives."""

import gzip
import io
import random
import sys
import tarfile

import pytest
from tests.support.reading import read_files

from careen.catalogers.image_archives import CATALOGER

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HASH = "ab" * 32


def archive(*names):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            tar.addfile(member)
    return out.getvalue()


def found(data, path="opt/a.tar"):
    return [unknown.reason for unknown in read_files(CATALOGER, {path: data}).unknowns]


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "names",
    [
        ("blobs/", "blobs/sha256/", f"blobs/sha256/{HASH}", "index.json"),  # docker save, containerd
        ("oci-layout", "index.json"),  # skopeo, podman
        ("./", "./oci-layout"),
        ("./", "./blobs/", "./blobs/sha256/"),
        (f"{HASH}/", f"{HASH}/VERSION", "manifest.json"),  # docker save before 25
        (f"{HASH}.tar", "manifest.json"),  # skopeo
        (f"sha256:{HASH}", "manifest.json"),  # ko, kaniko
    ],
)
def test_images(names, packed):
    assert found(packed(archive(*names))) == ["an archive of a container image, which careen scan reads by itself"]


def test_a_block_of_zstd_that_is_larger_than_the_head():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, size in (("oci-layout", 0), (f"blobs/sha256/{HASH}", 500_000)):
            member = tarfile.TarInfo(name)
            member.size = size
            tar.addfile(member, io.BytesIO(random.Random(1).randbytes(size)))
    assert found(zstd.compress(out.getvalue()), "images/airgap.tar.zst")


def test_a_layout():
    (reason,) = found(b'{"imageLayoutVersion": "1.0.0"}', "opt/a/oci-layout")
    assert reason.endswith("careen scan reads by itself")
    assert not found(b"notes about oci-layout", "opt/a/oci-layout")


def test_the_name_counts_behind_records_of_its_header():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("oci-layout")
        member.pax_headers = {"mtime": "1700000000.25"}
        tar.addfile(member)
    assert found(out.getvalue())


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "names",
    [
        ("./", "./bin/", "./bin/busybox", "./bin/sh", "./etc/"),
        ("etc/", "etc/alpine-release", "lib/apk/db/installed", "usr/"),
        ("bin", "boot/", "dev/", "etc/"),
        ("usr/lib/os-release", "var/lib/rpm/rpmdb.sqlite"),
    ],
)
def test_root_file_systems(names, packed):
    assert found(packed(archive(*names))) == ["an archive of a root file system, which careen scan reads when it is unpacked"]


def test_a_root_file_system_whose_first_program_is_larger_than_the_head():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, size in (("etc/hosts", 0), ("bin/busybox", 900_000), ("usr/x", 0)):
            member = tarfile.TarInfo(name)
            member.size = size
            tar.addfile(member, io.BytesIO(random.Random(1).randbytes(size)))
    assert found(gzip.compress(out.getvalue()), "images/root.tar.gz")


@pytest.mark.parametrize(
    "names",
    [
        ("bin/tool", "lib/libtool.so", "etc/tool.conf"),  # a program with its folders
        ("tool-1.0/", "tool-1.0/bin/sh", "tool-1.0/etc/passwd"),
        ("bin/sh", "install/slack-desc", "usr/bin/env"),  # a package
        ("dev/null",),
    ],
)
def test_archives_that_are_no_root(names):
    assert found(archive(*names)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 2000,
        archive("./", "./a"),
        archive("blobs/", "blobs/a.png"),
        archive("package/package.json"),
        gzip.compress(archive("a"), mtime=0)[:-20],
        gzip.compress(b"x" * 5000, mtime=0)[:12],
    ],
    ids=range(7),
)
def test_other_files(data):
    assert found(data) == []

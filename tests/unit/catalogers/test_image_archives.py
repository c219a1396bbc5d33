"""Archives of images, as their programs write them, and other archives."""

import gzip
import io
import tarfile

import pytest

from careen.catalogers.image_archives import CATALOGER

HASH = "ab" * 32


def archive(*names):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            tar.addfile(member)
    return out.getvalue()


class File:
    path, mode = "opt/a.tar", 0o644

    def __init__(self, data):
        self.data, self.size_bytes = data[: 64 * 1024], len(data)


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
    reader, _ = CATALOGER.readers
    with pytest.raises(ValueError, match="careen scan reads by itself"):
        reader.read(File(packed(archive(*names))))


def test_a_layout():
    _, reader = CATALOGER.readers
    with pytest.raises(ValueError, match="careen scan reads by itself"):
        reader.read(File(b'{"imageLayoutVersion": "1.0.0"}'))
    assert not list(reader.read(File(b"notes about oci-layout")))


def test_the_name_counts_behind_records_of_its_header():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("oci-layout")
        member.pax_headers = {"mtime": "1700000000.25"}
        tar.addfile(member)
    reader, _ = CATALOGER.readers
    with pytest.raises(ValueError, match="careen scan reads by itself"):
        reader.read(File(out.getvalue()))


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
    reader, _ = CATALOGER.readers
    assert list(reader.read(File(data))) == []

import gzip
import io
import json
import tarfile
import zipfile

import pytest

from careen.formats.packages.package_archive import gem, gem_metadata, npm, nuget

METADATA = b"""--- !ruby/object:Gem::Specification
name: kettle
version: !ruby/object:Gem::Version
  version: 1.2.3
dependencies:
- !ruby/object:Gem::Dependency
  name: other
"""


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as writer:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            writer.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_a_gem_has_its_own_name_and_not_that_of_a_dependency():
    assert gem(io.BytesIO(archive(**{"metadata.gz": gzip.compress(METADATA, mtime=0)}))) == ("kettle", "1.2.3")


def test_gem_of_windows_lines():
    assert gem_metadata(gzip.compress(METADATA.replace(b"\n", b"\r\n"))) == ("kettle", "1.2.3")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive(x=b""), "without its metadata"),
        (archive(**{"metadata.gz": b"\x1f\x8bnothing"}), "damaged metadata"),
        (archive(**{"metadata.gz": gzip.compress(b"name: a\n", mtime=0)}), "without name or version"),
        (archive(**{"metadata.gz": gzip.compress(METADATA, mtime=0)})[:600], "breaks off"),
    ],
    ids=("no metadata", "no gzip", "no version", "cut"),
)
def test_damaged_gem(data, message):
    with pytest.raises(ValueError, match=message):
        gem(io.BytesIO(data))


def packed(**files: bytes) -> bytes:
    return gzip.compress(archive(**files), mtime=0)


def test_npm_package():
    manifest = json.dumps({"name": "@cook/spoon", "version": "2.0.1"}).encode()
    assert npm(packed(**{"package/README": b"", "package/package.json": manifest})) == ("@cook/spoon", "2.0.1")


@pytest.mark.parametrize(
    "data",
    [
        packed(**{"chart/Chart.yaml": b"name: a"}),
        packed(**{"package/package.json": b'{"name": "a"}'}),
        packed(**{"package/package.json": b"no JSON"}),
        packed(**{"package/a": b"x" * 5000})[:40],
        b"\x1f\x8bnothing",
        b"",
    ],
    ids=("chart", "no version", "no JSON", "cut", "no gzip", "empty"),
)
def test_no_npm_package(data):
    assert npm(data) is None


def test_npm_bomb_is_not_a_package():
    assert npm(packed(**{"package/a": bytes(80 << 20), "package/package.json": b'{"name": "a", "version": "1"}'})) is None


def test_nuget_package_without_its_description():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as writer:
        writer.writestr("lib/a.nuspec", "<package/>")
    with pytest.raises(ValueError, match=r"without its \.nuspec"):
        nuget(out)

"""Zip archives of functions and their layers, and other zip archives."""

import io
import zipfile

import pytest
from tests.support.reading import read_files
from tests.support.work import ends

from careen.catalogers.zipped_packages import CATALOGER, DIRECTORY_BYTES


def archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip:
        for name in names:
            zip.writestr(name, "")
    return out.getvalue()


def found(data, path="opt/function.zip"):
    return [unknown.reason for unknown in read_files(CATALOGER, {path: data}).unknowns]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("python/requests-2.31.0.dist-info/METADATA", "PyPI"),
        ("requests-2.31.0.dist-info/METADATA", "PyPI"),
        ("nodejs/node_modules/@aws-sdk/client-s3/package.json", "npm"),
        ("node_modules/lodash/package.json", "npm"),
        ("java/lib/a-1.0.jar", "Java"),
        ("ruby/gems/3.2.0/specifications/rack-3.0.gemspec", "Ruby"),
        ("vendor/composer/installed.json", "PHP"),
        ("Function.deps.json", ".NET"),
    ],
)
def test_archives_with_packages(name, kind):
    expected = f"a zip archive with packages of {kind}, which careen scan reads when it is unpacked"
    assert found(archive("index.js", name)) == [expected]


def test_several_kinds():
    (reason,) = found(archive("a.jar", "node_modules/a/package.json"))
    assert "npm, Java" in reason


@pytest.mark.parametrize(
    "name", ["package.json", "src/METADATA", "a.jar.txt/readme", "docs/index.html", "node_modules/a/b/package.json"]
)
def test_archives_without_packages(name):
    assert found(archive(name)) == []


def test_the_content_of_a_file_is_no_directory():
    assert found(b"PK" + b"node_modules/a/package.json" * 10) == []


def test_sources_in_the_cache_of_modules():
    assert found(archive("m@v1/testdata/a.jar"), "go/pkg/mod/cache/download/m/@v/v1.zip") == []


def test_a_large_directory_and_hostile_bytes():
    with ends():
        assert found(archive(*(f"{number}/x" for number in range(20_000)), "a.jar"))
        assert found(b"PK\1\2" * (DIRECTORY_BYTES // 2)) == []
        assert found(b"PK" + b"node_modules/" * (DIRECTORY_BYTES // 10)) == []

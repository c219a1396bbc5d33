import io
import sys
from types import SimpleNamespace

import pytest

from careen.app import documents
from careen.app.documents import document_of
from careen.errors import InputError

SBOM = b"""{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
  {"type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1"}]}"""


@pytest.fixture
def standard_input(monkeypatch):
    def given(data):
        stream = io.BufferedReader(io.BytesIO(data))
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream, isatty=lambda: False))
        return stream

    return given


def test_a_package_url():
    image, found = document_of("pkg:npm/%40a/b@1.0?x=y")()
    assert (image.kind, image.opened) == ("sbom", "pkg:npm/%40a/b@1.0?x=y")
    assert [(package.name, package.version) for package in found.packages] == [("@a/b", "1.0")]


@pytest.mark.parametrize("text", ["pkg:", "pkg:npm", "pkg:npm/a", "pkg:npm/" + "a" * 5000 + "@1", "pkg:npm/a@"])
def test_what_is_no_package_url_with_a_version(text):
    with pytest.raises(InputError):
        document_of(text)()


@pytest.mark.parametrize("beginning", [b"", b"\xef\xbb\xbf", b"\n  "])
def test_an_sbom_on_standard_input(standard_input, beginning):
    standard_input(beginning + SBOM)
    image, found = document_of("-")()
    assert (image.reference, image.opened) == ("-", "sbom:-")
    assert [package.purl for package in found.packages] == ["pkg:npm/a@1"]


def test_lists_of_package_urls_on_standard_input(standard_input):
    standard_input(b"# mine\npkg:npm/a@1\npkg:npm/b@2\n")
    assert len(document_of("-")()[1].packages) == 2


@pytest.mark.parametrize("data", [b"blobs/sha256/aa\0\0\0", b"\x1f\x8b\x08", b"manifest.json\0", b""])
def test_an_archive_stays_on_standard_input(standard_input, data):
    stream = standard_input(data)
    assert document_of("-") is None
    assert stream.read() == data


def test_a_document_that_is_no_sbom_and_a_long_one(standard_input, monkeypatch):
    standard_input(b'{"a": 1}')
    with pytest.raises(InputError, match="standard input is not an SBOM"):
        document_of("-")()
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    standard_input(SBOM)
    with pytest.raises(InputError, match="standard input has more"):
        document_of("-")()

import json

import pytest
from tests.support.package_index import ARCHIVES, INDEX, Answer, Web, python_index

from careen.origin.fetch import pypi


@pytest.mark.parametrize("kind", ["application/vnd.pypi.simple.v1+json", "text/html"])
def test_final_releases_in_the_order_of_their_versions(kind):
    found = pypi.listing("Demo", python_index(ARCHIVES, kind))
    assert [archive.version for archive in found.archives] == ["1.0", "1.2", "1.10"]
    assert found.purl == "pkg:pypi/demo"
    assert found.archives[0].url == f"{INDEX}/files/demo-1.0.tar.gz"


def test_the_index_is_that_of_pips_configuration(tmp_path):
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = https://pip.example/simple/\n")
    assert pypi.index_url({"HOME": str(tmp_path)}) == "https://pip.example/simple/"
    assert pypi.index_url({"HOME": str(tmp_path), "PIP_INDEX_URL": "https://own.example/"}) == "https://own.example/"
    assert pypi.index_url({"HOME": str(tmp_path / "none")}).startswith("https://")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"files": [{"filename": 1}]}', b'{"files": 3}'])
def test_pages_that_are_not_of_an_index(body):
    with pytest.raises(ValueError, match="not a page of a simple index"):
        pypi.listing("demo", Web({f"{INDEX}/demo/": Answer(body, "application/json")}))


def test_the_days_of_releases():
    files = [
        {"filename": f"demo-1.{n}.tar.gz", "url": "x", "hashes": {"sha256": "00"}} | extra
        for n, extra in enumerate(({"upload-time": "2020-12-31T23:59:59.000Z"}, {"upload-time": None}, {}))
    ]
    page = Answer(json.dumps({"files": files}).encode(), "application/vnd.pypi.simple.v1+json")
    found = pypi.listing("demo", Web({f"{INDEX}/demo/": page}))
    assert [archive.date for archive in found.archives] == ["2020-12-31", "", ""]

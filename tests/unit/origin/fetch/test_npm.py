import base64
import hashlib
import json

import pytest
from tests.support.package_index import REGISTRY, Answer, Web

from careen.origin.fetch import npm

HASH = "sha512-" + base64.b64encode(hashlib.sha512(b"x").digest()).decode()


def listed(versions, name="demo"):
    body = json.dumps({"versions": versions}).encode()
    return npm.listing(name, Web({f"{REGISTRY}/{name.replace('/', '%2F')}": Answer(body)}))


def test_final_releases_with_a_hash_in_the_order_of_their_versions():
    dist = {"tarball": f"{REGISTRY}/d.tgz", "integrity": HASH}
    versions = {
        "1.10.0": {"dist": dist},
        "1.9.0": {"dist": dist, "deprecated": "old"},
        "2.0.0-rc.1": {"dist": dist},
        "1.0.0": {"dist": {"tarball": "x", "shasum": "aa"}},
        "1.1.0": {"dist": {"tarball": "x", "integrity": "md5-aaaa"}},
    }
    found = listed(versions, "@scope/demo")
    assert [archive.version for archive in found.archives] == ["1.9.0", "1.10.0"]
    assert found.purl == "pkg:npm/%40scope/demo"
    assert found.archives[0].digest == f"sha512:{hashlib.sha512(b'x').hexdigest()}"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"versions": {"1.0.0": {"dist": {"integrity": "%b"}}}}' % HASH.encode()])
def test_documents_that_are_not_of_a_registry(body):
    with pytest.raises(ValueError, match="not a document of an npm registry"):
        npm.listing("demo", Web({f"{REGISTRY}/demo": Answer(body)}))


def test_the_registry_is_that_of_npms_configuration(tmp_path):
    (tmp_path / ".npmrc").write_text("registry=https://npm.example/\n@own:registry=https://own.example/\n")
    assert npm.registry("x", {"HOME": str(tmp_path)}) == "https://npm.example/"
    assert npm.registry("@own/x", {"HOME": str(tmp_path)}) == "https://own.example/"
    assert npm.registry("x", {"HOME": str(tmp_path), "npm_config_registry": "https://env.example/"}) == "https://env.example/"


def test_the_days_of_releases():
    dist = {"tarball": f"{REGISTRY}/d.tgz", "integrity": HASH}
    times = {"1.0.0": "2019-03-04T05:06:07.890Z", "1.1.0": 7, "1.2.0": "soon"}
    body = json.dumps({"versions": {version: {"dist": dist} for version in (*times, "1.3.0")}, "time": times}).encode()
    found = npm.listing("demo", Web({f"{REGISTRY}/demo": Answer(body)}))
    assert [archive.date for archive in found.archives] == ["2019-03-04", "", "", ""]

import json

import pytest

from careen.sboms.github import SBOM_FORMAT, read

SNAPSHOT = {
    "version": 0,
    "job": {"id": "1", "correlator": "build"},
    "detector": {"name": "tool", "version": "1"},
    "sha": "0" * 40,
    "manifests": {
        "package-lock.json": {"name": "package-lock.json", "resolved": {"a": {"package_url": "pkg:npm/a@1"}, "b": {}}},
        "debian": {"resolved": {"libc6": {"package_url": "pkg:deb/debian/libc6@2.36?distro=debian-12"}}},
    },
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_manifest_is_read_and_a_package_without_purl_is_an_unknown(encoding):
    found = read(json.dumps(SNAPSHOT).encode(encoding)).inventory
    assert sorted(package.name for package in found.packages) == ["a", "libc6"]
    assert found.distribution.id == "debian"
    assert [unknown.reason.partition(":")[0] for unknown in found.unknowns] == ["b"]


def test_is_recognised_and_other_data_is_an_error():
    assert SBOM_FORMAT.accepts(json.dumps(SNAPSHOT).encode())
    assert not SBOM_FORMAT.accepts(b'{"manifests": []}')
    with pytest.raises(ValueError, match="not a dependency snapshot"):
        read(b'{"manifests": [], "detector": {}}')

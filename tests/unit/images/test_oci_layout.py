import json

import pytest

from careen.errors import InputError
from careen.images.oci_layout import IMAGE_SOURCE
from careen.images.platforms import parse_platform
from careen.plugins import OpenContext
from tests.support.images import make_image, make_index, make_layer, write_oci_layout

IMAGE = make_image((make_layer({"a": b"1"}),))
OTHER = make_image((make_layer({"b": b"2"}), make_layer({"c": b"3"})))


def opened(reference, **context):
    return IMAGE_SOURCE.open(str(reference), OpenContext(**context))


def test_the_only_image(tmp_path):
    image = opened(write_oci_layout(tmp_path / "layout", IMAGE, tags=(None,)))
    assert image.digest == IMAGE.digest
    assert image.layers[0].digest.startswith("sha256:")
    with image.layers[0].open() as stream:
        assert stream.read() == IMAGE.layers[0]


def test_one_of_several_by_tag_or_digest(tmp_path):
    path = write_oci_layout(tmp_path / "layout", IMAGE, OTHER, tags=("one", "registry.example/app:two"))
    assert opened(f"{path}:one").digest == IMAGE.digest
    assert opened(f"{path}:two").digest == OTHER.digest
    assert opened(f"{path}@{OTHER.digest}").digest == OTHER.digest
    with pytest.raises(InputError, match=r"one, registry\.example/app:two"):
        opened(path)
    with pytest.raises(InputError, match="no image 'three'"):
        opened(f"{path}:three")


def test_indexes_offer_platforms_and_no_attestations(tmp_path):
    arm = make_image((make_layer({"arm": b""}),), platform="linux/arm64/v8")
    path = write_oci_layout(tmp_path / "layout", make_index([IMAGE, arm]))
    assert opened(path, platform=parse_platform("linux/arm64")).digest == arm.digest
    assert len(IMAGE_SOURCE.platforms(str(path), OpenContext())) == 2
    with pytest.raises(InputError, match="offered: linux/amd64, linux/arm64/v8"):
        opened(path, platform=parse_platform("linux/riscv64"))


def test_documents_are_verified_by_their_digest(tmp_path):
    path = write_oci_layout(tmp_path / "layout", IMAGE)
    manifest = path / "blobs" / IMAGE.digest.replace(":", "/")
    manifest.write_bytes(manifest.read_bytes() + b" ")
    with pytest.raises(InputError, match="do not have that digest"):
        opened(path)


def test_an_absent_layer_is_an_error_at_once(tmp_path):
    path = write_oci_layout(tmp_path / "layout", IMAGE)
    digest = json.loads(IMAGE.manifest)["layers"][0]["digest"]
    (path / "blobs" / digest.replace(":", "/")).unlink()
    with pytest.raises(InputError, match="is missing"):
        opened(path)


def test_a_folder_that_is_not_a_layout_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no index\.json") as caught:
        opened(tmp_path)
    assert "directory:" in caught.value.hint
    with pytest.raises(InputError, match="does not exist"):
        opened(tmp_path / "absent")


def test_which_references_it_takes_without_a_prefix(tmp_path):
    path = write_oci_layout(tmp_path / "layout", IMAGE, tags=("one",))
    assert IMAGE_SOURCE.accepts(f"{path}:one")
    assert not IMAGE_SOURCE.accepts(str(tmp_path))
    assert not IMAGE_SOURCE.accepts("debian:12")

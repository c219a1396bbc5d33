import hashlib
import json

import pytest

from careen.errors import InputError
from careen.images.sif import IMAGE_SOURCE
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.model.image import Platform
from careen.plugins import OpenContext
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.squashfs import WHITEOUT, Opaque, sif, squashfs
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, status

SQUASHFS, EXT3, ENCRYPTED = 1, 2, 5
SYSTEM, PRIMARY, DATA, OVERLAY = 1, 2, 3, 4
ROOT = squashfs({"etc": {"os-release": OS_RELEASE}, "var": {"lib": {"dpkg": {"status": status(("bash", "5.2-1"))}}}})


def opened(tmp_path, data, platform=None):
    path = tmp_path / "image.sif"
    path.write_bytes(data)
    assert IMAGE_SOURCE.accepts(str(path))
    return IMAGE_SOURCE.open(str(path), OpenContext(platform=platform))


def inventory(image):
    deltas = [index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits())) for layer in image.layers]
    return bind(deltas, CATALOGERS)


def test_the_primary_partition_is_the_image(tmp_path):
    data = sif((SQUASHFS, DATA, squashfs({})), (SQUASHFS, PRIMARY, ROOT), labels=b'{"org.label-schema.name": "web", "n": 1}')
    image = opened(tmp_path, data)
    assert image.platform == Platform("linux", "amd64")
    assert image.config.labels == {"org.label-schema.name": "web"}
    assert image.config.created == "2023-11-14T22:13:20+00:00"
    found = inventory(image)
    assert [package.purl for package in found.packages] == ["pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12"]
    assert not found.unknowns


def test_an_overlay_lies_over_it(tmp_path):
    over = squashfs({"upper": {"var": {"lib": {"dpkg": {"status": status(("bash", "5.2-2"))}}}}, "work": {"var": b""}})
    found = inventory(opened(tmp_path, sif((SQUASHFS, PRIMARY, ROOT), (SQUASHFS, OVERLAY, over))))
    assert [(package.version, package.evidence[0].layer) for package in found.packages] == [("5.2-2", 1)]


def test_an_overlay_that_is_not_read_is_unknown(tmp_path):
    found = inventory(opened(tmp_path, sif((SQUASHFS, PRIMARY, ROOT), (EXT3, OVERLAY, bytes(4096)))))
    assert len(found.packages) == 1
    (unknown,) = found.unknowns
    assert unknown.whole_layer
    assert unknown.evidence.layer == 1
    assert "this overlay is ext3, which is not read" in unknown.reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (sif((ENCRYPTED, PRIMARY, b"x" * 100)), "is an encrypted squashfs, which is not read"),
        (sif((EXT3, PRIMARY, b"x" * 100)), "is ext3, which is not read"),
        (sif((SQUASHFS, DATA, ROOT)), "has no root file system"),
        (sif((SQUASHFS, PRIMARY, b"x" * 100)), "not a squashfs"),
        (sif((SQUASHFS, PRIMARY, ROOT))[:-1], "lies beyond the end of the file"),
        (sif((SQUASHFS, PRIMARY, ROOT))[:60], "has no header"),
    ],
)
def test_what_cannot_be_read_is_reported(tmp_path, data, reason):
    with pytest.raises(InputError, match=reason):
        opened(tmp_path, data)


def test_another_platform_is_refused(tmp_path):
    with pytest.raises(InputError, match="not there for linux/arm64"):
        opened(tmp_path, sif((SQUASHFS, PRIMARY, ROOT)), Platform("linux", "arm64"))


def test_labels_of_no_use_are_left_out(tmp_path):
    assert opened(tmp_path, sif((SQUASHFS, PRIMARY, ROOT), labels=b"[[[")).config.labels == {}


def test_an_overlay_removes_what_lies_below(tmp_path):
    root = squashfs(
        {
            "lib": {"apk": {"db": {"installed": b"P:musl\nV:1.2.5-r0\n\n"}}},
            "srv": {"node_modules": {"a": {"package.json": b'{"name": "a", "version": "1.0.0"}'}}},
            "opt": {"node_modules": {"b": {"package.json": b'{"name": "b", "version": "1.0.0"}'}}},
        }
    )
    over = squashfs({"upper": {"srv": {"node_modules": WHITEOUT}, "opt": Opaque({"new": b""})}})
    found = inventory(opened(tmp_path, sif((SQUASHFS, PRIMARY, root), (SQUASHFS, OVERLAY, over))))
    assert [package.name for package in inventory(opened(tmp_path, sif((SQUASHFS, PRIMARY, root)))).packages] == [
        "musl",
        "a",
        "b",
    ]
    assert [package.name for package in found.packages] == ["musl"]


def descriptor(data, media_type="application/vnd.oci.image.manifest.v1+json"):
    return {"mediaType": media_type, "digest": "sha256:" + hashlib.sha256(data).hexdigest(), "size": len(data)}


def oci_sif(*layers):
    config = json.dumps(
        {
            "os": "linux",
            "architecture": "amd64",
            "config": {"User": "app"},
            "rootfs": {"type": "layers", "diff_ids": [descriptor(layer)["digest"] for layer in layers]},
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": descriptor(config, "application/vnd.oci.image.config.v1+json"),
            "layers": [descriptor(layer, "application/vnd.sylabs.image.layer.v1.squashfs") for layer in layers],
        }
    ).encode()
    index = json.dumps({"schemaVersion": 2, "manifests": [descriptor(manifest)]}).encode()
    return index, (*layers, config, manifest)


def test_an_oci_sif(tmp_path):
    over = squashfs({"var": {"lib": {"dpkg": {"status": status(("zlib1g", "1.2"))}}}, "etc": {"extra": b""}})
    index, blobs = oci_sif(ROOT, over)
    image = opened(tmp_path, sif(index=index, blobs=blobs))
    assert (image.kind, image.platform, image.config.user) == ("image", Platform("linux", "amd64"), "app")
    found = inventory(image)
    assert [(package.name, package.evidence[0].layer) for package in found.packages] == [("zlib1g", 1)]
    assert found.unknowns == ()


def test_an_oci_sif_whose_blobs_are_missing_or_wrong(tmp_path):
    index, blobs = oci_sif(ROOT)
    for kept, reason in ((blobs[1:], "is missing"), (blobs[:-1], "is missing"), (blobs[:-2], "is missing")):
        with pytest.raises(InputError, match=reason):
            opened(tmp_path, sif(index=index, blobs=kept))
    index, blobs = oci_sif(b"no file system")
    with pytest.raises(InputError, match="not a squashfs"):
        opened(tmp_path, sif(index=index, blobs=blobs))

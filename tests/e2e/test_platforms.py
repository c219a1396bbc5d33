"""Several platforms, Windows, layers that cannot be read: what was not assessed is reported, and does not pass."""

import json

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import make_image, make_index, make_layer, sha256, write_oci_layout
from tests.support.registry import Registry

STATUS = b"Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\nVersion: 1:1.3\n"
LAYER = make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": STATUS})
KNOWN = ("--offline", "--advisories", ADVISORIES, "--format", "json")
ENCRYPTED = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"
FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
NONDISTRIBUTABLE = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


def reports(text):
    found = json.loads(text)
    return found if isinstance(found, list) else [found]


def codes(report):
    return [one["code"] for one in report["unknowns"]]


def with_media_type(image, media_type, layer=0):
    """The same image, one of whose layers is of another media type."""
    document = json.loads(image.manifest)
    document["layers"][layer]["mediaType"] = media_type
    return type(image)(json.dumps(document).encode(), image.media_type, image.config, image.layers, image.tars, image.platform)


def test_an_image_of_windows_is_not_assessed(shell, tmp_path):
    image = make_image([make_layer({"Files/Windows/System32/config/SYSTEM": b"regf"})], platform="windows/amd64")
    layout = write_oci_layout(tmp_path / "layout", image)
    for flags in ((), ("--fail-on", "critical"), ("--scanners", "secret", "--fail-on", "secret")):
        finished = shell.run("scan", layout, *KNOWN, *flags)
        (report,) = reports(finished.stdout)
        assert (finished.returncode, codes(report)) == (3, ["unsupported_platform"])
        assert report["coverage"]["verdict"] == "not_assessed"


def test_all_platforms_of_an_index_with_windows(shell, tmp_path):
    windows = make_image([make_layer({"Files/a": b"x"})], platform="windows/amd64")
    index = make_index([make_image([LAYER]), make_image([LAYER], platform="linux/arm64"), windows])
    finished = shell.run("scan", write_oci_layout(tmp_path / "layout", index), *KNOWN, "--all-platforms")
    assert finished.returncode == 3, finished.stderr
    for report in reports(finished.stdout):
        platforms = [(one["platform"], one["coverage"]) for one in report["verdict"]["platforms"]]
        assert [name for name, _ in platforms] == ["linux/amd64", "linux/arm64", "windows/amd64"]
        assert platforms[2][1] == "not_assessed"


def test_an_image_of_an_index_that_is_damaged_leaves_the_others_be(shell, tmp_path):
    good, bad = make_image([LAYER]), make_image([LAYER], platform="linux/arm64")
    layout = write_oci_layout(tmp_path / "layout", make_index([good, bad]))
    (layout / "blobs" / sha256(bad.config).replace(":", "/")).write_bytes(b"{}")
    finished = shell.run("scan", layout, *KNOWN, "--all-platforms")
    (report,) = reports(finished.stdout)
    assert finished.returncode == 3
    assert [(one["platform"], one["coverage"] == "not_assessed") for one in report["verdict"]["platforms"]] == [
        ("linux/amd64", False),
        ("linux/arm64", True),
    ]


@pytest.mark.parametrize("media_type", [ENCRYPTED, FOREIGN, NONDISTRIBUTABLE])
def test_a_layer_that_cannot_be_read_does_not_pass(shell, tmp_path, media_type):
    image = with_media_type(make_image([LAYER, make_layer({"srv/app": b"x"})]), media_type, layer=1)
    with Registry() as registry:
        reference = registry.push("owner/app", "1.0", image)
        del registry.blobs[sha256(image.layers[1])]
        finished = shell.run("scan", reference, *KNOWN, "--fail-on", "critical")
    (report,) = reports(finished.stdout)
    assert (finished.returncode, codes(report)) == (3, ["not_assessed"])
    assert [one["name"] for one in report["packages"]] == ["zlib1g"]


def test_a_layer_that_is_there_is_read_whatever_it_is_called(shell, tmp_path):
    image = with_media_type(make_image([LAYER]), FOREIGN)
    finished = shell.run("scan", write_oci_layout(tmp_path / "layout", image), *KNOWN)
    (report,) = reports(finished.stdout)
    assert (finished.returncode, codes(report)) == (0, [])


def test_a_layer_that_one_image_calls_encrypted_is_read_in_another(shell, tmp_path):
    honest = make_image([LAYER])
    liar = write_oci_layout(tmp_path / "liar", with_media_type(honest, ENCRYPTED))
    assert shell.run("scan", liar, *KNOWN).returncode == 3
    finished = shell.run("scan", write_oci_layout(tmp_path / "honest", honest), *KNOWN)
    assert (finished.returncode, codes(json.loads(finished.stdout))) == (0, [])
    assert shell.run("scan", liar, *KNOWN, "--strict").returncode == 3

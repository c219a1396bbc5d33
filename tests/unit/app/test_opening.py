import io
import json

import msgspec
import pytest
from msgspec.structs import replace

from careen.app.documents import sbom_path
from careen.app.opening import open_image, platforms
from careen.app.session import report_or_scan
from careen.config import Settings
from careen.errors import Error, InputError
from careen.images.paths import is_path
from careen.plugins import ReportOptions
from careen.reports.json import write
from tests.support.engine import Engine
from tests.support.images import make_image, make_layer, write_docker_archive, write_oci_layout
from tests.support.registry import Registry
from tests.support.reports import clean


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-docker.sock")
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{tmp_path}/no-podman.sock")
    return Settings(cache_dir=tmp_path / "cache", no_cache=True)


def image(name):
    return make_image([make_layer({"etc/os-release": f"ID={name}\n".encode()})])


def decoy(path):
    """An image in a file or folder that is called like another image."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".d":
        return write_oci_layout(path, image("decoy"))
    made = write_docker_archive(path.parent / "made.tar", image("decoy"))
    return made.rename(path)


@pytest.mark.parametrize("prefix", ["", "registry:", "registry://"])
def test_a_file_called_like_an_image_is_not_scanned_in_its_place(prefix, settings, tmp_path):
    with Registry() as registry:
        real = image("real")
        reference = prefix + registry.push("owner/app", "1.0", real)
        decoy(tmp_path / reference)
        found = open_image(reference, settings)
    assert (found.digest, found.opened) == (real.digest, f"registry:{registry.host}/owner/app:1.0")


@pytest.mark.parametrize("reference", ["docker:nginx", "podman:nginx:1", "containerd:nginx", "registry:127.0.0.1:9/app"])
def test_a_prefix_wins_over_a_path(reference, settings, tmp_path):
    decoy(tmp_path / reference)
    decoy(tmp_path / reference.partition(":")[2])
    with pytest.raises(Error):  # nothing listens there
        open_image(reference, settings)


def test_a_folder_called_like_an_image_is_not_containerds_store(settings, tmp_path):
    (tmp_path / "nginx" / "io.containerd.content.v1.content" / "blobs").mkdir(parents=True)
    with pytest.raises(InputError, match="containerd"):
        open_image("containerd:nginx@sha256:" + "0" * 64, settings)


def test_the_path_is_named_if_the_image_is_not_found(settings, tmp_path):
    with Registry() as registry:
        registry.push("build/rootfs", "1.0", image("real"))
        for reference in (f"{registry.host}/build/rootfs:2.0", f"{registry.host}/other"):
            decoy(tmp_path / reference)
            with pytest.raises(InputError) as error:
                open_image(reference, settings)
            assert f"./{reference}" in error.value.hint


def test_a_path_beside_an_image_of_its_name_is_warned_of(settings, tmp_path, caplog):
    with Registry() as registry:
        reference = registry.push("owner/app", "1.0", image("real"))
        decoy(tmp_path / reference)
        open_image(reference, settings)
    assert f"./{reference}" in caplog.text


@pytest.mark.parametrize(
    ("written", "opened"),
    [
        ("image.tar", "docker-archive:image.tar"),
        ("./image", "docker-archive:./image"),
        ("docker-archive:image", "docker-archive:image"),
        ("./docker:nginx", "docker-archive:./docker:nginx"),
        ("Images/App", "docker-archive:Images/App"),
        ("image.tar:demo:latest", "docker-archive:image.tar:demo:latest"),
        ("./layout.d:latest", "oci-layout:./layout.d:latest"),
        ("oci:layout.d", "oci-layout:layout.d"),
    ],
)
def test_what_is_written_as_a_path_is_one(written, opened, settings, tmp_path):
    for name in ("image.tar", "image", "docker:nginx", "Images/App", "layout.d"):
        decoy(tmp_path / name)
    assert open_image(written, settings).opened == opened


def test_a_missing_path_is_not_looked_for_at_registries(settings):
    for missing in ("image.tar", "./image", "../image", "/no/such/image", "Images/App.tar"):
        with pytest.raises(InputError, match="does not exist"):
            open_image(missing, settings)
    with pytest.raises(InputError, match="not the name of an image"):
        open_image("Images/App", settings)


def test_what_an_engine_has_is_named_in_full(settings, monkeypatch):
    with Engine() as engine:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://{engine.host}")
        id = engine.add("app", image("real")).partition(":")[2]
        engine.add(id[:12], image("real"))
        assert open_image("app", settings).opened == "docker:docker.io/library/app:latest"
        assert open_image(id[:12], settings).opened == f"docker:{id[:12]}"


def test_a_name_that_is_too_long_for_a_path(settings):
    with Registry() as registry:
        long = "/".join(["a" * 120, "b" * 120])
        reference = registry.push(long, "t" * 128, image("real"))
        assert open_image(reference, settings).opened == f"registry:{reference}"
        assert open_image(f"{reference}@{image('real').digest}", settings).digest == image("real").digest


def test_standard_input_is_not_a_file(settings, tmp_path, monkeypatch):
    decoy(tmp_path / "-")
    (tmp_path / "empty").write_bytes(b"")
    with (tmp_path / "empty").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(InputError, match="empty"):
            open_image("-", settings)
    assert sbom_path("-") is None


def test_platforms_are_those_of_the_image(settings, tmp_path):
    with Registry() as registry:
        reference = registry.push("owner/app", "1.0", image("real"))
        write_oci_layout(tmp_path / reference, image("decoy"))
        assert platforms(reference, settings) == ()


def test_a_report_named_like_an_image_is_not_a_baseline(settings, tmp_path):
    stream = io.StringIO()
    write(replace(clean(), created=""), stream, ReportOptions())
    with Registry() as registry:
        reference = registry.push("owner/app", "1.0", image("real"))
        (tmp_path / reference).parent.mkdir(parents=True)
        (tmp_path / reference).write_text(stream.getvalue())
        quiet = msgspec.structs.replace(settings, scanners=("secret",))
        assert report_or_scan(reference, quiet).created
        assert not report_or_scan(f"./{reference}", quiet).created


def test_an_sbom_named_like_an_image_is_not_opened(settings, tmp_path):
    bom = tmp_path / "registry:app"
    bom.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}))
    for name in ("app", "owner/app"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(bom.read_text())
    assert [sbom_path(one) for one in ("registry:app", "app", "owner/app")] == [None, None, None]
    assert sbom_path("sbom:app") and sbom_path("./app") and sbom_path(str(tmp_path / "app"))


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("nginx", False),
        ("build/rootfs", False),
        ("ghcr.io/owner/app:1.0.tar", False),  # the ending is the tag's
        ("localhost:5000/app@sha256:" + "0" * 64, False),
        ("0" * 64, False),
        (".", True),
        ("..", True),
        ("app.tar.gz", True),
        ("out/app.tar:latest", True),
        ("app.TAR", True),
        ("requirements.txt", True),
        ("My folder", True),
        ("rootfs/", True),
    ],
)
def test_what_is_a_path(reference, path):
    assert is_path(reference) is path

import errno
import socket
import tempfile
from pathlib import Path

import pytest

from careen.app.opening import open_image as open_anything
from careen.config import Settings
from careen.errors import NetworkError, NotHereError
from careen.images import docker, podman
from careen.model.image import Platform
from careen.plugins import OpenContext
from tests.support.engine import Engine
from tests.support.images import make_image, make_layer, sha256
from tests.support.registry import Registry
from tests.support.servers import Answer

IMAGE = make_image([make_layer({"etc/os-release": b"ID=debian\n"}), make_layer({"srv/app": b"x" * 5000})])
ARM = make_image([make_layer({"arm": b"1"})], platform="linux/arm64/v8")
ARM64 = Platform("linux", "arm64", "v8")


@pytest.fixture
def socket_path():
    """A path short enough for a socket, which has 108 bytes at most."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder) / "e.sock"


@pytest.fixture
def engine(socket_path, monkeypatch):
    with Engine(socket_path) as engine:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{socket_path}")
        yield engine


def content(image):
    found = []
    for layer in image.layers:
        with layer.open() as file:
            found.append(file.read())
    return found


@pytest.mark.parametrize("cache", [True, False])
def test_an_image_of_docker(engine, tmp_path, cache):
    identity = engine.add("team/app:1", IMAGE)
    reports = []
    context = OpenContext(
        cache=tmp_path / "c" if cache else None, progress=lambda what, done, total: reports.append((what, done))
    )
    image = docker.open_image("team/app:1", context)
    assert content(image) == list(IMAGE.tars)
    assert (image.reference, image.kind, image.digest) == ("team/app:1", "image", identity)
    assert image.platform == Platform("linux", "amd64")
    assert [layer.diff_id for layer in image.layers] == list(IMAGE.diff_ids)
    assert reports and reports[-1][0] == "docker export"


def test_an_unchanged_image_is_exported_once(engine, tmp_path):
    engine.add("app:1", IMAGE)
    context = OpenContext(cache=tmp_path)
    assert content(docker.open_image("app:1", context)) == content(docker.open_image("app:1", context))
    assert engine.exported() == 1
    engine.add("app:1", make_image([make_layer({"new": b"1"})]))
    assert len(docker.open_image("app:1", context).layers) == 1
    assert engine.exported() == 2


@pytest.mark.parametrize("damage", ["content", "size", "seal", "no seal"])
def test_a_damaged_export_is_made_anew_and_reported(engine, tmp_path, caplog, damage):
    engine.add("app:1", IMAGE)
    context = OpenContext(cache=tmp_path)
    whole = content(docker.open_image("app:1", context))
    (path,) = tmp_path.rglob("*.tar")
    seal = path.with_name(f"{path.name}.seal")
    data = path.read_bytes()
    if damage == "content":
        path.write_bytes(data.replace(b"xxxx", b"yyyy"))
    elif damage == "size":
        path.write_bytes(data[:-1024])
    elif damage == "seal":
        seal.write_text("x")
    else:
        seal.unlink()
    for _ in range(2):
        assert content(docker.open_image("app:1", context)) == whole
    assert (engine.exported(), caplog.text.count("has no valid checksum")) == (2, 1)


def test_an_export_that_was_moved_to_another_disk_is_still_good(engine, tmp_path):
    engine.add("app:1", IMAGE)
    context = OpenContext(cache=tmp_path)
    docker.open_image("app:1", context)
    (path,) = tmp_path.rglob("*.tar")
    path.with_name("copy").write_bytes(path.read_bytes())
    path.with_name("copy").replace(path)
    for _ in range(2):
        docker.open_image("app:1", context)
    assert engine.exported() == 1


def test_nothing_is_left_without_a_cache(engine, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    engine.add("app:1", IMAGE)
    image = docker.open_image("app:1", OpenContext())
    assert list(tmp_path.iterdir()) == []
    assert content(image) == list(IMAGE.tars)


def test_an_image_by_its_id(engine, tmp_path):
    identity = engine.add("app:1", IMAGE)
    for reference in (identity, identity[7:], identity[7:19]):
        assert docker.open_image(reference, OpenContext(cache=tmp_path)).digest == identity
    assert docker.IMAGE_SOURCE.accepts(identity[7:19])


def test_an_engine_that_exports_oci_layouts(engine, tmp_path):
    engine.exports = "oci"
    engine.add("app:1", IMAGE)
    image = docker.open_image("app:1", OpenContext(cache=tmp_path))
    assert image.digest == IMAGE.digest
    assert content(image) == list(IMAGE.layers)


def test_an_image_that_is_not_there(engine):
    with pytest.raises(NotHereError, match="docker has no team/app:1") as caught:
        docker.open_image("team/app:1", OpenContext())
    assert caught.value.elsewhere and not caught.value.absent and caught.value.hint


def test_an_engine_that_is_not_there(monkeypatch, socket_path):
    monkeypatch.setattr(docker, "sockets", lambda environ: (socket_path,))
    with pytest.raises(NotHereError, match="no docker on this machine") as caught:
        docker.open_image("app:1", OpenContext())
    assert caught.value.elsewhere and caught.value.absent
    monkeypatch.setenv("DOCKER_HOST", f"unix://{socket_path}")
    with pytest.raises(NotHereError, match="cannot be contacted") as caught:
        docker.open_image("app:1", OpenContext())
    assert caught.value.absent and str(socket_path) in str(caught.value)


def test_a_socket_that_is_forbidden(engine, monkeypatch):
    def refuse(self, address):  # as the kernel does; root, who may run these tests, is never refused
        raise PermissionError(errno.EACCES, "Keine Berechtigung")  # in the words of the system's language

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(NotHereError, match="Keine Berechtigung") as caught:
        docker.open_image("app:1", OpenContext())
    assert caught.value.absent and "group docker" in caught.value.hint


def test_a_dead_socket(monkeypatch, socket_path):
    with Engine(socket_path):
        pass
    monkeypatch.setenv("DOCKER_HOST", f"unix://{socket_path}")
    assert socket_path.is_socket()
    with pytest.raises(NotHereError, match="refused") as caught:
        docker.open_image("app:1", OpenContext())
    assert caught.value.absent


@pytest.mark.parametrize("address", ["ssh://me@host", "npipe:////./pipe/docker_engine", "nonsense", "tcp://"])
def test_ways_that_an_engine_cannot_be_asked(monkeypatch, address):
    monkeypatch.setenv("DOCKER_HOST", address)
    with pytest.raises(NotHereError, match="DOCKER_HOST") as caught:
        docker.open_image("app:1", OpenContext())
    assert caught.value.absent and "docker save" in caught.value.hint


def test_an_engine_by_ssh_can_be_piped_from(monkeypatch):
    monkeypatch.setenv("CONTAINER_HOST", "ssh://core:secret@build.example:2222/run/podman/podman.sock")
    with pytest.raises(NotHereError, match=r"engine of build\.example over ssh") as caught:
        podman.open_image("app:1", OpenContext())
    assert caught.value.hint == "pipe the image: ssh -p 2222 core@build.example podman save IMAGE | careen scan -"
    monkeypatch.setenv("CONTAINER_HOST", "ssh://build.example:none/podman.sock")
    with pytest.raises(NotHereError, match="over ssh") as caught:
        podman.open_image("app:1", OpenContext())
    assert caught.value.hint == "pipe the image: ssh build.example podman save IMAGE | careen scan -"


@pytest.mark.parametrize("variable", ["DOCKER_HOST", "CONTAINER_HOST"])
def test_an_engine_that_was_named_and_cannot_be_asked_is_not_passed_over_in_silence(monkeypatch, tmp_path, caplog, variable):
    """The registry may have another image of that name."""
    for name in ("DOCKER_HOST", "CONTAINER_HOST"):
        monkeypatch.setenv(name, f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv(variable, "ssh://me@box")
    with Registry() as registry:
        reference = registry.push("team/app", "1", IMAGE)
        settings = Settings(cache_dir=tmp_path / "cache", plain_http=True)
        assert open_anything(reference, settings).digest == IMAGE.digest
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith(f"{variable} is the engine of box over ssh, which Careen cannot contact; {reference} is ")
    assert "ssh me@box" in warning


def test_podman_by_tcp(monkeypatch, tmp_path):
    with Engine() as engine:
        monkeypatch.setenv("CONTAINER_HOST", f"tcp://{engine.host}")
        engine.add("localhost/mine:1", IMAGE)
        assert content(podman.open_image("mine:1", OpenContext(cache=tmp_path))) == list(IMAGE.tars)


def test_an_engine_by_tcp(monkeypatch, tmp_path):
    with Engine() as engine:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://{engine.host}")
        engine.add("app:1", IMAGE)
        assert content(docker.open_image("app:1", OpenContext(cache=tmp_path))) == list(IMAGE.tars)


def test_another_platform(engine, tmp_path):
    engine.add("app:1", IMAGE, ARM)
    with pytest.raises(NotHereError, match="has app:1 for linux/amd64, not for linux/arm64/v8"):
        docker.open_image("app:1", OpenContext(platform=ARM64, cache=tmp_path))
    assert engine.exported() == 0
    engine.version = "1.48"  # from here on it is asked for by its platform
    assert docker.open_image("app:1", OpenContext(cache=tmp_path)).platform == Platform("linux", "amd64")
    assert docker.open_image("app:1", OpenContext(platform=ARM64, cache=tmp_path)).platform == ARM64
    with pytest.raises(NotHereError, match="not for linux/s390x"):
        docker.open_image("app:1", OpenContext(platform=Platform("linux", "s390x"), cache=tmp_path))


def test_an_export_that_breaks_is_not_kept(engine, tmp_path):
    engine.add("app:1", IMAGE)
    engine.cut = 3000
    with pytest.raises(NetworkError, match="broke after"):
        docker.open_image("app:1", OpenContext(cache=tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    engine.cut = None
    assert content(docker.open_image("app:1", OpenContext(cache=tmp_path))) == list(IMAGE.tars)


@pytest.mark.parametrize("answer", [Answer(500, b'{"message": "disk\\u001b full"}'), Answer(400, b"x")])
def test_an_engine_in_trouble(engine, answer):
    engine.broken = answer
    with pytest.raises(NetworkError, match=f"answered {answer.status}") as caught:
        docker.open_image("app:1", OpenContext())
    assert not hasattr(caught.value, "elsewhere")
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"Id": 3}', b'{"Id": "sha256:../../etc/passwd"}'])
def test_an_engine_that_names_no_id(engine, body, tmp_path):
    engine.broken = Answer(200, body)
    with pytest.raises(Exception, match="no ID"):
        docker.open_image("app:1", OpenContext(cache=tmp_path))


@pytest.mark.parametrize("reference", ["", "../../containers/json?all=1", "a b", "app:1?x=y", "app\r\nHost: x", "a#b"])
def test_only_names_of_images_reach_the_engine(engine, reference):
    with pytest.raises(NotHereError, match="not the name of an image"):
        docker.open_image(reference, OpenContext())
    assert engine.requests == []


def test_an_image_of_podman(monkeypatch, socket_path, tmp_path):
    with Engine(socket_path) as engine:
        monkeypatch.setattr(podman, "sockets", lambda environ: (tmp_path / "absent", socket_path))
        engine.add("localhost/mine:1", IMAGE)
        engine.add("docker.io/library/app:1", ARM)
        assert podman.open_image("mine:1", OpenContext(cache=tmp_path)).digest == sha256(IMAGE.config)
        assert podman.open_image("docker.io/library/app:1", OpenContext(cache=tmp_path)).platform == ARM64
        with pytest.raises(NotHereError, match=r"podman has no quay\.io"):
            podman.open_image("quay.io/x/y", OpenContext())
        monkeypatch.setenv("CONTAINER_HOST", f"unix://{socket_path}")
        assert podman.open_image("mine:1", OpenContext(cache=tmp_path)).digest == sha256(IMAGE.config)


def test_where_engines_listen():
    environ = {"XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/me"}
    assert [str(path) for path in docker.sockets(environ)] == [
        "/var/run/docker.sock",
        "/run/user/7/docker.sock",
        "/home/me/.docker/run/docker.sock",
        "/home/me/.docker/desktop/docker.sock",
    ]
    assert [str(path) for path in podman.sockets(environ)] == [
        "/run/user/7/podman/podman.sock",
        "/run/podman/podman.sock",
        "/home/me/.local/share/containers/podman/machine/podman.sock",
    ]
    assert [str(path) for path in podman.sockets({})] == ["/run/podman/podman.sock"]


def test_names_that_podman_may_know_an_image_by():
    assert podman.names("app:1") == ("app:1", "localhost/app:1")
    assert podman.names("quay.io/app") == ("quay.io/app",)
    assert podman.names("localhost/app") == ("localhost/app",)

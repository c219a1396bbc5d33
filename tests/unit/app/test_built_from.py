import pytest

from careen.app.built_from import named_base, named_dockerfile, with_instructions
from careen.app.opening import open_image
from careen.config import Settings
from careen.errors import InputError
from careen.formats.dockerfile.reader import read_dockerfile
from tests.support.images import make_image, make_layer, write_docker_archive

BASE = [make_layer({"etc/os-release": b"ID=debian\n"})]
TOP = make_layer({"app": b"1"})
HISTORY = [{"created_by": "/bin/sh -c #(nop) ADD file:1 in /"}, {"created_by": "COPY app / # buildkit"}]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_docker_archive(tmp_path / "base.tar", make_image(BASE))
    write_docker_archive(tmp_path / "other.tar", make_image([TOP]))
    write_docker_archive(tmp_path / "app.tar", make_image([*BASE, TOP], history=HISTORY))
    return lambda **changes: Settings(cache_dir=tmp_path / "cache", no_cache=True, **changes)


def test_the_base_image_that_the_settings_name(settings):
    image = open_image("./app.tar", settings())
    assert named_base(image, settings(), None) is None
    assert named_base(image, settings(base="./base.tar"), None).layers == 1
    with pytest.raises(InputError, match=r"was not built on \./other.tar"):
        named_base(image, settings(base="./other.tar"), None)


def test_the_dockerfile_that_the_settings_name(settings, tmp_path):
    assert named_dockerfile(settings()) is None
    file = tmp_path / "Dockerfile"
    file.write_bytes(b"\xef\xbb\xbfFROM debian:12\nCOPY app /\n")
    assert len(named_dockerfile(settings(dockerfile=file)).stages) == 1
    with pytest.raises(InputError, match="No such file"):
        named_dockerfile(settings(dockerfile=tmp_path / "gone"))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not a Dockerfile"):
        named_dockerfile(settings(dockerfile=file))


def test_a_dockerfile_counts_if_it_matches_the_history(settings, caplog):
    image = open_image("./app.tar", settings())
    found = with_instructions(image, read_dockerfile("FROM debian:12\nCOPY app /\n", "Dockerfile"), None)
    assert [layer.instruction.line if layer.instruction else None for layer in found.layers] == [1, 2]
    assert caplog.text == ""
    assert with_instructions(image, read_dockerfile("FROM debian:12\nRUN make\n", "Dockerfile"), None) is None
    assert "Dockerfile is ignored: its instructions do not match the history of ./app.tar" in caplog.text

"""Containers of a running engine, asked over its socket."""

import json

import pytest

from careen.cli.main import main
from careen.errors import NotHereError
from careen.images.containers import containers
from careen.plugins import OpenContext
from tests.support.engine import Engine
from tests.support.servers import Answer

A, B = "a" * 64, "b" * 64
IMAGE = {"Id": f"sha256:{A}", "Config": {"User": "app", "Cmd": ["/serve"], "Env": ["PATH=/bin"]}}


def container(name, **host):
    config = {"Image": "web:1", "User": "root", "Cmd": ["/serve"], "Env": ["PATH=/bin", "DB_PASSWORD=hunter2"]}
    return {
        "Id": name[0] * 64,
        "Name": f"/{name}",
        "Image": f"sha256:{A}",
        "Config": config,
        "HostConfig": {"Memory": 1, **host},
    }


@pytest.fixture
def engine(tmp_path, monkeypatch):
    with Engine(tmp_path / "d.sock") as made:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'd.sock'}")
        monkeypatch.delenv("CONTAINER_HOST", raising=False)
        made.configs = {f"sha256:{A}": IMAGE, "web:1": {"Id": f"sha256:{B}"}}
        yield made


def test_each_with_its_image_and_its_changes(engine):
    engine.containers = {"w" * 64: container("web"), "d" * 64: container("db", Privileged=True)}
    engine.changes = {"w" * 64: [{"Path": "/usr/bin/x", "Kind": 1}]}
    found = containers("docker", OpenContext())
    assert [one.name for one in found.running] == ["db", "web"]
    assert found.running[0].service.is_on("privileged")
    assert found.running[1].moved
    assert [change.path for change in found.running[1].changes] == ["/usr/bin/x"]
    assert [(one.evidence.path, one.reason) for one in found.unknowns] == [("db", "its changed files could not be determined")]


def test_no_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'none.sock'}")
    with pytest.raises(NotHereError):
        containers("docker", OpenContext())


def test_an_engine_that_answers_nonsense(engine):
    engine.containers = {"w" * 64: ["no", "container"], "x" * 64: {"Config": 1}}
    found = containers("docker", OpenContext())
    assert found.running == ()
    assert [one.reason for one in found.unknowns] == ["not a description of a container"]
    engine.broken = Answer(200, b"[1, null, {}]", {})
    assert containers("docker", OpenContext()).running == ()


def test_the_command_line(engine, capsys):
    engine.containers = {"w" * 64: container("web", Privileged=True)}
    engine.changes = {"w" * 64: [{"Path": "/usr/bin/x", "Kind": 1}]}
    code = main(["check", "--running", "docker", "--format", "json", "--fail-on", "critical", "--quiet"])
    out = capsys.readouterr().out
    report = json.loads(out)
    assert code == 1
    assert report["target"]["kind"] == "containers"
    ids = {one["id"]: one["location"]["path"] for one in report["findings"]}
    assert {"CMP-001", "CMP-017", "CMP-021", "RTM-001", "RTM-004", "RTM-005"} <= ids.keys()
    assert set(ids.values()) == {"web"}
    assert "hunter2" not in out


def test_files_and_containers_are_not_mixed(capsys):
    assert main(["check", ".", "--running", "docker"]) == 2
    assert "checked by separate commands" in capsys.readouterr().err
    assert main(["check"]) == 2

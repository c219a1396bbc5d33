"""devcontainer.json as a service."""

import pytest
from tests.support.work import ends

from careen.formats.services.devcontainer import read, without_comments

TEXT = """\
{
  // who reads this
  "name": "Dev", /* and
  that */
  "image": "ghcr.io/example/base:1",
  "runArgs": ["--network=host", "-v", "${localEnv:HOME}/.ssh:/root/.ssh"],
  "mounts": [
    "source=/var/run/docker.sock,target=/var/run/docker.sock,type=bind",
    {"type": "bind", "source": "${localWorkspaceFolder}/x", "target": "/x"},
  ],
  "privileged": true,
  "capAdd": ["SYS_PTRACE"],
  "containerUser": "root",
  "containerEnv": {"URL": "http://h//x"},
  "appPort": ["8080:80"],
}
"""


def test_properties_and_run_arguments():
    (found,) = read(TEXT, ".devcontainer/devcontainer.json").services
    assert (found.label, found.image, found.network_mode) == ("dev container Dev", "ghcr.io/example/base:1", "host")
    assert [(mount.source, found.where("volumes", mount.index)[1]) for mount in found.mounts()] == [
        ("/var/run/docker.sock", 8), ("./x", 9), ("~/.ssh", 6),
    ]  # fmt: skip
    assert [found.where(key)[1] for key in ("privileged", "cap_add", "user", "ports")] == [11, 12, 13, 15]
    assert list(found.environment()) == [("URL", "http://h//x", 0)]


def test_features_that_need_the_engine():
    features = '{"image": "x:1", "features": {"ghcr.io/devcontainers/features/%s:2": {}}}'
    (inside,) = read(features % "docker-in-docker", "x").services
    (outside,) = read(features % "docker-outside-of-docker", "x").services
    (harmless,) = read(features % "node", "x").services
    assert inside.is_on("privileged")
    assert [mount.source for mount in outside.mounts()] == ["/var/run/docker.sock"]
    assert (harmless.is_on("privileged"), list(harmless.mounts())) == (False, [])


def test_a_build():
    (found,) = read('{"build": {"dockerfile": "Dockerfile", "args": {"TOKEN": "x"}}}', "x").services
    assert found.node.map("build") == {"dockerfile": "Dockerfile", "args": {"TOKEN": "x"}}


def test_a_dev_container_of_a_compose_file_has_no_service():
    assert read('{"dockerComposeFile": "compose.yaml", "service": "app"}', "x").services == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"'])
def test_no_object(text):
    with pytest.raises(ValueError):
        read(text, "x")


def test_comments_leave_lines_and_strings_alone():
    assert without_comments('{"a": "x // y", // z\n/* b\n*/ "c": 1}') == '{"a": "x // y",     \n    \n   "c": 1}'


@pytest.mark.parametrize("part", ["/*", '\\"', "/*0", '"', "${localEnv:a:"])
def test_text_that_does_not_end_takes_linear_time(part):
    text = '{"image": "a"}' + part * 200_000
    with ends(part):
        assert len(without_comments(text)) == len(text)
        read('{"image": "' + "${localEnv:a:" * 200_000 + '"}', "devcontainer.json")

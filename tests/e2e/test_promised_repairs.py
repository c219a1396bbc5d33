"""Repairs of secrets and misconfigurations remove what they promise: the image is built again as they state, and scanned."""

import json
from dataclasses import replace

import pytest
from tests.support.command import Shell
from tests.support.images import File, make_image, make_layer, write_docker_archive
from tests.support.secrets import filled

TOKEN, OTHER = filled("npm_{alnum36}"), filled("npm_{alnum36}", seed=2)
FILES = {
    "etc/passwd": File(b"root:x:0:0:root:/root:/bin/sh\n"),
    "root/.npmrc": File(f"//registry.example/:_authToken={TOKEN}\n//other.example/:_authToken={OTHER}\n".encode()),
    "app/copy.npmrc": File(f"//registry.example/:_authToken={TOKEN}\n".encode()),
    "opt/tool": File(b"#!/bin/sh\n", 0o4755),
    "opt/other": File(b"#!/bin/sh\necho\n", 0o2755),
    "etc/crontab": File(b"\n", 0o666),
}
CONFIG = {"Env": ["PATH=/bin", "DB_PASSWORD=tRombone7x"], "Cmd": ["/bin/sh"], "Healthcheck": {"Test": ["CMD", "true"]}}


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture
def scan(shell, tmp_path):
    def scan(files, config):
        image = make_image((make_layer(files),), config=config, history=[{"created_by": "COPY . /"}])
        path = write_docker_archive(tmp_path / "image.tar", image)
        done = shell.run("scan", path, "--offline", "--quiet", "--scanners", "secret,config", "--format", "json")
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    return scan


def repaired(repair, files, config):
    files, config = dict(files), dict(config)
    if repair["kind"] == "secret":
        for path in repair["paths"]:
            if path.startswith("ENV "):
                config["Env"] = config["Env"][:1]
            else:
                del files[path]
    for line in repair["lines"]:
        match line.split():
            case ["USER", user]:
                config["User"] = user
            case ["RUN", "chmod", how, path]:
                entry = files[path[1:]]
                files[path[1:]] = replace(entry, mode=entry.mode & ~{"a-s": 0o6000, "o-w": 0o002}[how])
    return files, config


def test_each_repair_and_all_of_them(scan):
    first = scan(FILES, CONFIG)
    before = {finding["fingerprint"] for finding in first["findings"]}
    files, config = FILES, CONFIG
    done = [repair for repair in first["plan"]["repairs"] if repair["kind"] == "secret" or repair["lines"]]
    assert {(repair["kind"], repair["removes"]) for repair in done} >= {("secret", 2), ("secret", 1), ("misconfiguration", 2)}
    for repair in done:
        left = {finding["fingerprint"] for finding in scan(*repaired(repair, FILES, CONFIG))["findings"]}
        assert before - left == set(repair["fingerprints"]), repair
        assert len(repair["fingerprints"]) == repair["removes"] == len(before) - len(left)
        files, config = repaired(repair, files, config)
    left = scan(files, config)["findings"]
    assert len(left) == len(before) - sum(repair["removes"] for repair in done)


def test_the_command_lists_them_with_what_each_removes(shell, tmp_path):
    image = make_image((make_layer(FILES),), config=CONFIG, history=[{"created_by": "COPY . /"}])
    path = write_docker_archive(tmp_path / "image.tar", image)
    advisories = tmp_path / "advisories"
    advisories.mkdir()
    (advisories / "one.json").write_text('{"id": "TEST-1", "modified": "2026-01-01T00:00:00Z", "affected": []}')
    done = shell.run("fix", path, "--offline", "--quiet", "--advisories", advisories)
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "Image runs as root: removes 1" in text and "USER 10001:10001" in text
    assert "Keep root/.npmrc out of layer 0 (COPY . /): list it in .dockerignore, or copy less." in text
    assert "RUN chmod a-s /opt/other RUN chmod a-s /opt/tool" in text
    assert TOKEN not in done.stdout

"""Secrets and misconfigurations on the command line: found, listed, gated, selected."""

import json

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import File, make_image, make_layer, write_docker_archive
from tests.support.registry import Registry
from tests.support.secrets import filled

TOKEN = filled("npm_{alnum36}")
PASSWORD = "tRombone7x"
IMAGE = make_image(
    (
        make_layer(
            {
                "etc/os-release": b'ID=debian\nVERSION_ID="12"\n',
                "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n",
                "root/.npmrc": f"//registry.example/:_authToken={TOKEN}\n".encode(),
            }
        ),
        make_layer({"root/.wh..npmrc": b"", "opt/tool": File(b"#!/bin/sh\n", 0o4755)}),
    ),
    config={"User": "app", "Env": ["PATH=/bin", f"DB_PASSWORD={PASSWORD}"], "ExposedPorts": {"22/tcp": {}}},
    history=[{"created_by": "COPY . /"}, {"created_by": "RUN rm /root/.npmrc"}],
)


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


@pytest.fixture
def archive(tmp_path):
    return write_docker_archive(tmp_path / "image.tar", IMAGE)


def findings(shell, archive, *flags):
    finished = shell.run("scan", archive, "--offline", "--format", "json", *flags)
    assert TOKEN[4:] not in finished.stdout + finished.stderr
    assert PASSWORD not in finished.stdout + finished.stderr
    listed = json.loads(finished.stdout)["findings"]
    return {(one["id"], one["location"]["path"]): one for one in listed if one["id"] != "IMG-025"}  # the day decides that one


def test_secrets_and_misconfigurations_have_layer_and_kind(shell, archive):
    found = findings(shell, archive, "--scanners", "secret,config")
    assert set(found) == {
        ("npm-access-token", "root/.npmrc"),
        ("credential-in-configuration", "ENV DB_PASSWORD"),
        ("IMG-002", "image configuration"),
        ("IMG-006", "opt/tool"),
        ("IMG-012", "image configuration"),
        ("IMG-016", "image configuration"),
    }
    token = found["npm-access-token", "root/.npmrc"]
    assert (token["kind"], token["layer"], token["deleted"], token["location"]["line"]) == ("secret", 0, True, 1)
    assert found["IMG-006", "opt/tool"]["kind"] == "misconfiguration"
    assert found["IMG-006", "opt/tool"]["layer"] == 1


def test_a_second_scan_takes_secrets_from_the_store(shell, archive):
    first = findings(shell, archive, "--scanners", "secret,config")
    assert findings(shell, archive, "--scanners", "secret,config") == first
    assert {id for id, _ in findings(shell, archive, "--scanners", "config")} == {"IMG-002", "IMG-006", "IMG-012", "IMG-016"}
    assert findings(shell, archive, "--scanners", "secret,config") == first


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--scanners", "secret", "--fail-on", "critical"), 1),
        (("--scanners", "secret", "--fail-on", "secret:high"), 1),
        (("--scanners", "config", "--fail-on", "high"), 0),
        (("--scanners", "config", "--fail-on", "medium"), 1),
        (("--scanners", "secret,config", "--fail-on", "medium"), 1),
        (("--scanners", "secret,config", "--fail-on", "config:high"), 0),
        (("--scanners", "config", "--fail-on", "secret"), 2),
        (("--scanners", "secret", "--fail-on", "kev"), 2),
        (("--scanners", "vuln", "--fail-on", "config:high"), 2),
    ],
)
def test_gates_count_secrets_and_misconfigurations(shell, archive, flags, code):
    assert shell.run("scan", archive, "--offline", *flags).returncode == code


def test_the_table_lists_secrets_and_misconfigurations(shell, archive):
    text = shell.run("scan", archive, "--offline", "--scanners", "secret,config").stdout
    assert "npm_…(redacted)" in text
    assert "root/.npmrc" in text
    assert "IMG-006" in text


def test_an_unknown_distribution_is_a_finding(shell, tmp_path):
    status = b"Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n"
    image = make_image((make_layer({"etc/os-release": b"ID=shiplinux\nVERSION_ID=3\n", "var/lib/dpkg/status": status}),))
    archive = write_docker_archive(tmp_path / "odd.tar", image)
    flags = ("--offline", "--advisories", ADVISORIES, "--format", "json")
    found = {one["id"]: one for one in json.loads(shell.run("scan", archive, *flags).stdout)["findings"]}
    assert (found["IMG-027"]["severity"], found["IMG-027"]["message"]) == ("high", "shiplinux 3: no feed knows it")
    assert shell.run("scan", archive, "--offline", "--scanners", "config", "--format", "json").stdout.count("IMG-027") == 0


def test_root_is_high(shell, tmp_path):
    image = make_image((make_layer({"etc/os-release": b"ID=debian\nVERSION_ID=12\n"}),))
    archive = write_docker_archive(tmp_path / "root.tar", image)
    assert shell.run("scan", archive, "--offline", "--scanners", "config", "--fail-on", "high").returncode == 1


def test_a_reference_without_digest_is_a_finding_if_the_check_is_on(shell):
    with Registry() as registry:
        registry.push("team/app", "1.0", IMAGE)
        flags = ("--offline", "--scanners", "config", "--format", "json", "--quiet")
        for name, ids, expected in (
            (":1.0", (), False),
            (":1.0", ("--checks-on", "IMG-029"), True),
            (f"@{IMAGE.digest}", ("--checks-on", "IMG-029"), False),
        ):
            found = json.loads(shell.run("scan", f"{registry.host}/team/app{name}", *flags, *ids).stdout)["findings"]
            assert ("IMG-029" in {one["id"] for one in found}) is expected, (name, ids)

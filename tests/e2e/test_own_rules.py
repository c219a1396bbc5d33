"""Benchmarks, policies in Rego and checks of the user's own, on the command line."""

import json

import pytest
from tests.support.command import Shell
from tests.support.images import File, make_image, make_layer, write_docker_archive
from tests.support.rego import needs_rego

IMAGE = make_image(
    (make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "opt/tool": File(b"#!/bin/sh\n", 0o4755)}),),
    config={"User": "1000", "Env": ["PATH=/bin"]},
)


@pytest.fixture
def scan(tmp_path):
    shell = Shell(tmp_path / "home")
    archive = write_docker_archive(tmp_path / "image.tar", IMAGE)

    def run(*flags):
        return shell.run("scan", archive, "--offline", "--scanners", "secret,config", *flags)

    return run


def test_a_benchmark_is_reported_control_by_control(scan):
    report = json.loads(scan("--compliance", "cis-docker-1.6", "--format", "json").stdout)
    controls = {one["id"]: one for one in report["compliance"]["controls"]}
    assert (controls["4.1"]["status"], controls["4.8"]["status"], controls["4.8"]["failed"]) == ("pass", "fail", ["IMG-006"])
    assert (controls["4.10"]["status"], controls["4.4"]["status"]) == ("pass", "not_assessed")  # without vulnerabilities
    assert controls["4.6"]["failed"] == ["IMG-015"]  # off by default, and asked for here
    assert {controls[id]["status"] for id in ("1.1.1", "4.9", "5.5")} == {"not_assessed"}
    table = scan("--compliance", "cis-docker-1.6").stdout
    assert "4.8     FAIL  setuid and setgid bits are removed" in table
    assert scan("--compliance", "cis-docker").returncode == 2


def test_settings_change_checks(scan):
    listed = json.loads(scan("--checks-off", "IMG-006", "--checks-on", "IMG-015", "--format", "json").stdout)["findings"]
    ids = {one["id"] for one in listed}
    assert "IMG-006" not in ids
    assert "IMG-015" in ids


def test_checks_of_the_users_own_run(scan, tmp_path):
    (tmp_path / "labels.py").write_text(
        "from careen.plugins import Check, Place\n"
        'KIND = "image"\n'
        "def inspect(document):\n"
        '    return [] if document.config.labels else [Place("it has no label")]\n'
        'CHECK = Check("ACME-001", "No label", "high", "Who made it?", "Add labels.", (), inspect, (), ())\n'
    )
    finished = scan("--checks", tmp_path / "labels.py", "--fail-on", "config:high", "--format", "json")
    assert "ACME-001" in {one["id"] for one in json.loads(finished.stdout)["findings"]}
    assert finished.returncode == 1


def test_a_policy_in_rego_gates(scan, tmp_path):
    needs_rego()
    (tmp_path / "gate.rego").write_text(
        'package gate\n\ndeny contains sprintf("%s is set-user-ID", [one.location.path]) if {\n'
        '\tsome one in input.findings\n\tone.id == "IMG-006"\n}\n'
    )
    finished = scan("--policy", tmp_path / "gate.rego", "--format", "json")
    assert finished.returncode == 1
    (rule,) = json.loads(finished.stdout)["verdict"]["rules"]
    assert rule["rule"].endswith("gate.rego: opt/tool is set-user-ID")
    assert scan("--policy", tmp_path / "gate.rego", "--checks-off", "IMG-006").returncode == 0

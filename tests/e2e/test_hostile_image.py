"""An image whose maker wants to look clean, and to have the scanner ask a host inside the user's network."""

import json

import pytest
from tests.support.command import Shell
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.servers import Answer, Server

PACKAGE = b'{"name": "lodash", "version": "4.17.15"}'
CVE = "CVE-2021-23337"
ADVISORY = {
    "id": CVE,
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "lodash"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}],
        }
    ],
    "database_specific": {"severity": "HIGH"},
}
RULES = b"ignore:\n  - {id: 'CVE-*', reason: nothing to see}\n  - {path: '**', reason: nothing to see}\n"
SETTINGS = b'fail_on = []\noffline = false\narchive_hosts = ["*"]\nimage_vex = true\nignore_file = [".careen.yaml"]\n'
STATUS = b"Package: spar\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0-1\n"


@pytest.fixture
def shell(tmp_path):
    shell = Shell(tmp_path / "home")
    (shell.home / "advisories").mkdir()
    (shell.home / "advisories" / "one.json").write_text(json.dumps(ADVISORY))
    return shell


def everything(product):
    """A VEX document by which nothing affects anything."""
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://vendor.example/vex",
        "author": "the vendor",
        "timestamp": "2026-01-01T00:00:00Z",
        "version": 1,
        "statements": [
            {
                "vulnerability": {"name": CVE},
                "products": [{"@id": one} for one in product],
                "status": "not_affected",
                "justification": "vulnerable_code_not_present",
            }
        ],
    }


def image(folder, address):
    files = {
        "etc/os-release": b'ID=debian\nVERSION_ID="12"\n',
        "var/lib/dpkg/status": STATUS,
        "etc/apt/sources.list": f"deb {address}/debian bookworm main\n".encode(),
        "etc/apt/sources.list.d/meta.list": b"deb http://169.254.169.254/latest bookworm main\n",
        "app/node_modules/lodash/package.json": PACKAGE,
        ".careen.yaml": RULES,
        "app/.careen.yaml": RULES,
        "root/.config/careen/config.toml": SETTINGS,
        ".vex/openvex.json": json.dumps(everything(["pkg:npm/lodash", "pkg:npm/lodash@4.17.15"])).encode(),
    }
    return write_docker_archive(folder / "hostile.tar", make_image((make_layer(files),)))


def test_no_host_is_asked_nothing_is_suppressed_and_all_three_are_reported(shell, tmp_path):
    flags = (
        "--offline",
        "--advisories",
        "advisories",
        "--archive",
        "image",
        "--fail-on",
        "high",
        "--scanners",
        "vuln",
        "--accept",
        "no_advisories",
    )
    with Server(lambda request: Answer(404)) as server:
        hostile = image(tmp_path, server.url)
        finished = shell.run("scan", hostile, *flags, "--format", "json")
        table = shell.run("scan", hostile, *flags)
        assert server.requests == []
        host = server.host
    assert finished.returncode == table.returncode == 1
    report = json.loads(finished.stdout)
    assert ([one["id"] for one in report["findings"]], report["suppressed"]) == ([CVE], [])
    (detail,) = [one["detail"] for one in report["coverage"]["reasons"] if one["code"] == "untrusted_rules"]
    assert detail.endswith(": .careen.yaml, .vex/openvex.json, app/.careen.yaml")
    for run in (finished, table):
        assert f"{host} was not contacted: it is in a private network" in run.stderr
        assert "169.254.169.254 was not contacted" in run.stderr
    assert CVE in table.stdout
    assert ".careen.yaml, .vex/openvex.json, app/.careen.yaml" in " ".join(table.stdout.split())


def test_the_same_decisions_hold_when_the_user_makes_them(shell, tmp_path):
    hostile = image(tmp_path, "http://127.0.0.1:1")
    (shell.home / "rules.careen.yaml").write_bytes(RULES)
    for flags in (("--image-vex",), ("--ignore-file", "rules.careen.yaml")):
        finished = shell.run(
            "scan",
            hostile,
            "--offline",
            "--advisories",
            "advisories",
            "--accept",
            "no_advisories",
            "--fail-on",
            "high",
            "--scanners",
            "vuln",
            "--format",
            "json",
            *flags,
        )
        report = json.loads(finished.stdout)
        assert finished.returncode == 0
        assert CVE in {one["finding"]["id"] for one in report["suppressed"]}

"""A distribution in one file: it is recognised, its advisories are read and assess it, and SBOMs name it."""

import json
import zipfile

import pytest
from tests.support.command import Shell
from tests.support.images import make_image, make_layer, write_docker_archive

PROFILE = """\
id = "oakos"
title = "Oak OS"
packages = ["apk"]
aliases = ["oak-linux"]
names = ["Oak OS"]
cpes = ["oak:oak_os"]

[files]
release = ["etc/oak-release"]

[releases]
parts = 2
named = [{of = "codename", like = "acorn", name = "next"}]

[advisories]
source = "oak"
ids = ["OAK"]
ecosystem = "Oak OS"
osv = [{like = 'Oak OS:v(\\d+\\.\\d+)', name = "oakos:{0}"}]

[support]
product = "oak-os"

[images]
names = ["oak"]
"""
RECORD = {
    "id": "OAK-2099-1",
    "modified": "2099-01-02T00:00:00Z",
    "upstream": ["CVE-2099-0001"],
    "affected": [
        {
            "package": {"ecosystem": "Oak OS:v4.2", "name": "openssl"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.2-r0"}]}],
        }
    ],
}
INSTALLED = b"P:openssl\nV:3.0.1-r0\nA:x86_64\no:openssl\nc:0123456789abcdef\n\nP:zlib\nV:1.3-r0\nA:x86_64\no:zlib\nc:0123\n\n"
OS_RELEASE = b'ID=oakos\nVERSION_ID="4.2.1"\nPRETTY_NAME="Oak OS 4.2"\n'


@pytest.fixture
def shell(tmp_path):
    (tmp_path / "plugins" / "distributions").mkdir(parents=True)
    (tmp_path / "plugins" / "distributions" / "oakos.toml").write_text(PROFILE)
    mirror = tmp_path / "mirror"
    (mirror / "osv" / "Oak OS").mkdir(parents=True)
    with zipfile.ZipFile(mirror / "osv" / "Oak OS" / "all.zip", "w") as archive:
        archive.writestr("OAK-2099-1.json", json.dumps(RECORD))
    (mirror / "eol" / "api").mkdir(parents=True)
    (mirror / "eol" / "api" / "oak-os.json").write_text('[{"cycle": "4.2", "eol": "2020-05-31"}]')
    shell = Shell(tmp_path / "home", CAREEN_PLUGINS=str(tmp_path / "plugins"))
    made = shell.run("db", "update", "--from", mirror)
    assert "osv" in made.stdout and "eol" in made.stdout, made.stderr
    return shell


def scanned(shell, target):
    finished = shell.run("scan", target, "--offline", "--format", "json")
    assert finished.stdout, finished.stderr
    return json.loads(finished.stdout)


def vulnerabilities(report):
    return [(one["id"], one["package_name"], one["reason"]) for one in report["findings"] if one["kind"] == "vulnerability"]


def image(tmp_path, path, content):
    layer = make_layer({"lib/apk/db/installed": INSTALLED, path: content})
    return write_docker_archive(tmp_path / "image.tar", make_image([layer]))


FOUND = [("CVE-2099-0001", "openssl", "3.0.1-r0 < 3.0.2-r0 (apk order, Oak OS 4.2)")]


@pytest.mark.parametrize(
    ("path", "content"), [("etc/os-release", OS_RELEASE), ("etc/oak-release", b"Oak OS release 4.2.1 (Robur)\n")]
)
def test_from_its_release_file_to_findings_and_end_of_life(shell, tmp_path, path, content):
    report = scanned(shell, image(tmp_path, path, content))
    assert report["target"]["distribution"]["id"] == "oakos"
    assert report["target"]["distribution"]["end_of_life"] == "2020-05-31"
    assert vulnerabilities(report) == FOUND
    assert report["findings"][0]["advisories"][0]["source"] == "oak"


@pytest.mark.parametrize("name", ["oakos", "oak-linux"])
def test_an_sbom_gives_the_same_findings(shell, tmp_path, name):
    """As Careen writes it, and as a tool writes it that calls the distribution by another name."""
    written = shell.run("inventory", image(tmp_path, "etc/os-release", OS_RELEASE), "--format", "cyclonedx").stdout
    assert "pkg:apk/oakos/openssl@3.0.1-r0?arch=x86_64&distro=oakos-4.2.1" in written
    bill = tmp_path / "bill.cdx.json"
    bill.write_text(written.replace("oakos", name))
    assert vulnerabilities(scanned(shell, bill)) == FOUND


def test_a_dockerfile_that_builds_on_it(shell, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM example/oak:4.2\nRUN apk add openssl=3.0.1-r0\n")
    checked = shell.run("check", tmp_path / "Dockerfile", "--offline", "--format", "json")
    assert vulnerabilities(json.loads(checked.stdout)) == FOUND


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id = 3\n", "does not describe a distribution"),
        ("id = \n", "does not describe a distribution"),
        ('id = "debian"\ntitle = "Mine"\n', "describes debian, which another file describes"),
    ],
)
def test_an_invalid_distribution_file_is_named(shell, tmp_path, content, message):
    (tmp_path / "plugins" / "distributions" / "oakos.toml").write_text(content)
    finished = shell.run("scan", image(tmp_path, "etc/os-release", OS_RELEASE), "--offline")
    assert finished.returncode == 2 and message in finished.stderr


def test_a_file_that_replaces_a_shipped_distribution_is_refused(shell, tmp_path):
    (tmp_path / "plugins" / "distributions" / "debian.toml").write_text(PROFILE)
    finished = shell.run("inventory", tmp_path)
    assert finished.returncode == 2
    assert "distributions/debian.toml has the name of an existing one" in finished.stderr

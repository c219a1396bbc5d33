"""A closed network that has nothing but a mirror of the distribution's archive."""

import json

import pytest
from tests.support.archive import Archive, changelog, debian_tar
from tests.support.command import Shell
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.servers import Server

STATUS = b"""Package: libjib1
Status: install ok installed
Architecture: amd64
Source: jib (1.4-2)
Version: 1.4-2+b1

Package: spar
Status: install ok installed
Architecture: amd64
Version: 3.0-1
"""
JIB = changelog("jib", ("1.4-2+deb12u2", "CVE-2026-90002"), ("1.4-2+deb12u1", "CVE-2026-90001"), ("1.4-2", "CVE-2020-90001"))


def archive():
    made = Archive()
    spar = made.source("spar", "3.0-1", b"")
    made.suite("bookworm", [made.source("jib", "1.4-2", debian_tar(JIB)), spar])
    made.suite("bookworm-security", [made.source("jib", "1.4-2+deb12u2", debian_tar(JIB))])
    return made


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


@pytest.fixture
def image(tmp_path):
    layer = make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": STATUS})
    return write_docker_archive(tmp_path / "image.tar", make_image((layer,)))


def fixes(finished):
    report = json.loads(finished.stdout)
    return report, {one["id"]: one["fix"]["versions"][0] for one in report["findings"] if one["id"].startswith("CVE-")}


def test_the_archive_alone_gives_findings(shell, image):
    with Server(archive().respond()) as server:
        finished = shell.run("scan", image, "--offline", "--archive", f"{server.url}/debian", "--format", "json")
        asked = len(server.requests)
        again = shell.run("scan", image, "--offline", "--archive", f"{server.url}/debian", "--format", "json")
        lists = server.paths()[asked:]
    assert finished.stderr == ""
    report, found = fixes(finished)
    assert found == {"CVE-2026-90001": "1.4-2+deb12u1", "CVE-2026-90002": "1.4-2+deb12u2"}
    assert report["coverage"]["verdict"] == "partially_assessed"
    (reason,) = [reason for reason in report["coverage"]["reasons"] if reason["code"] == "archive_only"]
    assert "vulnerabilities without a fix are unknown" in reason["detail"]
    assert reason["packages"] == 2
    assert fixes(again)[1] == found
    assert {path.rpartition("/")[2] for path in lists} == {"InRelease"}


def test_an_archive_in_a_folder(shell, image, tmp_path):
    folder = archive().write(tmp_path / "mirror")
    assert fixes(shell.run("scan", image, "--offline", "--archive", folder, "--format", "json"))[1].keys() == {
        "CVE-2026-90001", "CVE-2026-90002",
    }  # fmt: skip


def image_naming(address, folder):
    lines = f"deb {address} bookworm main\ndeb https://tool.example/ stable main\n".encode()
    files = {"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": STATUS, "etc/apt/sources.list": lines}
    return write_docker_archive(folder / "named.tar", make_image((make_layer(files),)))


def test_the_archive_that_an_image_names_is_asked_when_its_host_is_listed(shell, tmp_path):
    with Server(archive().respond()) as server:
        image = image_naming(f"{server.url}/debian", tmp_path)
        shell.run("scan", image, "--offline")
        refused = shell.run("scan", image, "--offline", "--archive", "image")
        assert server.requests == []
        allowed = shell.run(
            "scan", image, "--offline", "--archive", "image", "--archive-hosts", "127.0.0.1", "--format", "json"
        )
        strict = shell.run("scan", image, "--offline", "--archive", "image", "--strict", "--format", "json")
    assert "it is in a private network" in refused.stderr
    assert "it is in a private network" in " ".join(refused.stdout.split())
    assert "--archive-hosts HOST" in refused.stdout
    assert "CVE-2026-90001" not in refused.stdout
    assert strict.returncode == 3
    assert unread(strict)[0].startswith("an archive of the distribution could not be read: ")
    assert fixes(allowed)[1].keys() == {"CVE-2026-90001", "CVE-2026-90002"}


def unread(finished):
    reasons = json.loads(finished.stdout)["coverage"]["reasons"]
    return [reason["detail"] for reason in reasons if reason["code"] == "unread_archive"]


def test_an_image_that_names_no_archive_is_reported(shell, image):
    finished = shell.run("scan", image, "--offline", "--archive", "image", "--format", "json")
    assert unread(finished) == ["an archive of the distribution could not be read: the image names no archive of its release"]
    assert unread(shell.run("scan", image, "--offline", "--format", "json")) == []


def test_a_folder_that_is_not_an_archive_is_reported_and_the_scan_goes_on(shell, image, tmp_path):
    finished = shell.run("scan", image, "--offline", "--archive", tmp_path / "nothing")
    assert finished.returncode == 0
    assert "no release bookworm there" in finished.stderr
    assert "no release bookworm there" in " ".join(finished.stdout.split())
    assert "Traceback" not in finished.stderr


def test_facts_are_made_for_a_mirror(shell, tmp_path):
    made = archive()
    for codename in ("bullseye", "trixie"):
        made.suite(codename, [made.source("openssl", "3-1", b"")])
    made.suite("bookworm", [made.source("openssl", "3-1+deb12u1", debian_tar(changelog("openssl", ("3-1", "CVE-2026-1111"))))])
    target = tmp_path / "mirror" / "debian-archive" / "facts.json.xz"
    target.parent.mkdir(parents=True)
    finished = shell.run("db", "seed", "--archive", made.write(tmp_path / "archive"), "--to", target)
    assert finished.returncode == 0, finished.stderr
    assert "bookworm, 2026-03-01: 1 source package, 1 CVE" in finished.stdout
    assert shell.run("db", "update", "--from", tmp_path / "mirror").returncode == 0
    assert "debian-archive" in shell.run("db", "status").stdout
    assert shell.run("db", "seed", "--to", target).returncode == 2
    missing = shell.run("db", "seed", "--archive", tmp_path, "--to", tmp_path / "absent" / "facts.json.xz")
    assert (missing.returncode, "no such folder" in missing.stderr) == (2, True)

"""A package that looks like the distribution's, and that the distribution did not build."""

import json
import os
import shutil
from datetime import UTC, datetime

import pytest
from tests.support.archive import Archive, Signer, changelog, debian_tar
from tests.support.command import Shell
from tests.support.images import make_image, make_layer, write_docker_archive

STATUS = """\
Package: {name}
Status: install ok installed
Architecture: amd64
Maintainer: Jane Person <jane@example.net>
Version: {version}

"""
TRACKER = {
    "jib": {
        "CVE-2020-90001": {
            "releases": {
                "bookworm": {
                    "status": "open", "urgency": "not yet assigned",
                    "repositories": {"bookworm": "1.4-2", "bookworm-security": "1.4-2+deb12u1"},
                },
                "sid": {
                    "status": "resolved", "urgency": "not yet assigned", "fixed_version": "2.0-1",
                    "repositories": {"sid": "2.0-1"},
                },
            }
        }
    },
    "spar": {
        "CVE-2020-90002": {
            "releases": {
                "bookworm": {
                    "status": "resolved", "urgency": "low", "fixed_version": "3.0-1", "repositories": {"bookworm": "3.0-1"},
                }
            }
        }
    },
}  # fmt: skip
GATE = ("--db-max-age", "off", "--fail-on", "critical", "--scanners", "vuln", "--unknown-as", "low")


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Its database has Debian's tracker of June 2020."""
    made = Shell(tmp_path_factory.mktemp("built-by"))
    tracker = made.home / "mirror" / "debian" / "tracker.json"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps(TRACKER))
    june = datetime(2020, 6, 1, tzinfo=UTC).timestamp()
    os.utime(tracker, (june, june))
    assert made.run("db", "update", "--from", "mirror").returncode == 0
    return made


def image(folder, created="2020-05-01T00:00:00Z", **packages):
    status = "".join(STATUS.format(name=name.replace("_", "-"), version=version) for name, version in packages.items())
    layer = make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": status.encode()})
    plain = make_image((layer,))
    document = {**json.loads(plain.config), "created": created, "history": []}
    return write_docker_archive(folder / "image.tar", make_image((layer,), raw_config=json.dumps(document).encode()))


def scan(shell, *arguments):
    finished = shell.run("scan", "--offline", "--format", "json", *GATE, *arguments)
    report = json.loads(finished.stdout)
    subjects = {one["code"]: [purl.partition("?")[0] for purl in one["subjects"]] for one in report["coverage"]["reasons"]}
    return finished.returncode, report, subjects


def test_a_version_above_all_of_the_trackers(shell, tmp_path):
    code, report, reasons = scan(shell, image(tmp_path, jib="4.0-1", spar="3.0-1"))
    assert (code, reasons["unassessed_package"], "no_index" in reasons) == (0, ["pkg:deb/debian/jib@4.0-1"], False)
    assert {one["name"]: one["vendor"] for one in report["packages"]} == {"jib": "third_party", "spar": "distribution"}
    assert report["findings"] == []
    again = scan(shell, tmp_path / "image.tar")  # with what the first scan remembered
    assert (again[1]["packages"], again[2]) == (report["packages"], reasons)
    assert scan(shell, tmp_path / "image.tar", "--strict")[0] == 3


@pytest.mark.parametrize(
    ("version", "created"),
    [("1.5-1", "2020-05-01T00:00:00Z"), ("4.0-1", "2020-06-01T00:00:00Z"), ("4.0-1", "1970-01-01T00:00:00Z")],
)
def test_in_doubt_the_distribution_built_it(shell, tmp_path, version, created):
    _, report, reasons = scan(shell, image(tmp_path, created, jib=version, spar="3.0-1"))
    assert (reasons["no_index"], "unassessed_package" in reasons) == ([f"pkg:deb/debian/jib@{version}"], False)
    assert [one["id"] for one in report["findings"]] == ["CVE-2020-90001"]


def test_an_update_that_the_tracker_does_not_have_yet(shell, tmp_path):
    _, report, reasons = scan(shell, image(tmp_path, jib="1.4-2+deb12u9", spar="3.0-1"))
    assert "no_index" not in reasons
    assert [one["id"] for one in report["findings"]] == ["CVE-2020-90001"]


def test_an_image_without_packages_of_its_distribution_does_not_pass(shell, tmp_path):
    path = image(tmp_path, jib="1.4-corp1", acme="1.0-corp1")
    code, report, reasons = scan(shell, path)
    assert (code, reasons["no_distribution_package"]) == (3, ["debian-12"])
    assert [rule["passed"] for rule in report["verdict"]["rules"]] == [True, False]
    assert scan(shell, path, "--accept", "no_distribution_package:debian-12")[0] == 0
    assert scan(shell, path, "--accept", "no_distribution_package:debian-11")[0] == 3
    assert scan(shell, image(tmp_path, jib="1.4-corp1", spar="3.0-1"))[0] == 0


@pytest.mark.skipif(not (shutil.which("gpg") and shutil.which("gpgv")), reason="GnuPG is not installed")
def test_a_name_that_no_list_of_the_archive_has(shell, tmp_path):
    signer = Signer(tmp_path / "gpg")
    try:
        made = Archive()
        may, june = datetime(2020, 5, 30, tzinfo=UTC), datetime(2020, 6, 1, tzinfo=UTC)
        spar = made.source("spar", "3.0-1", debian_tar(changelog("spar", ("3.0-1", "First"))))
        for name in ("bookworm", "bookworm-updates", "bookworm-security", "bullseye", "sid"):
            made.suite(name, [spar], date=may if name == "sid" else june, sign=signer, whole=True)
        mirror = made.write(tmp_path / "archive")
        asked = ("--archive", mirror, "--archive-keys", signer.keyring)
        path = image(tmp_path, acme_spar="1.0-1", spar="3.0-1")
        assert scan(shell, path, *asked)[2]["unassessed_package"] == ["pkg:deb/debian/acme-spar@1.0-1"]
        assert "unassessed_package" not in scan(shell, path)[2]
    finally:
        signer.close()

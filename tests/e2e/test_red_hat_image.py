"""An image of Red Hat from its package manifest and content sets to the report."""

import json

import pytest
from tests.support.command import Shell
from tests.support.feeds import whole_mirror
from tests.support.images import make_image, make_layer, write_docker_archive

OS_RELEASE = b'ID="rhel"\nVERSION_ID="9.2"\nPRETTY_NAME="Red Hat Enterprise Linux 9.2 (Plow)"\n'
CHANNEL = "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2"


def rpm(name, release, vendor="Red Hat, Inc."):
    none = "(none)"
    return "\t".join([name, release, "1", "1", vendor, none, "10", "x86_64", "1", f"{name}-{release}.src.rpm"])


def image(path, *packages, channels=()):
    layer = {
        "etc/os-release": OS_RELEASE,
        "var/lib/rpmmanifest/container-manifest-2": "\n".join(packages).encode() + b"\n",
        "root/buildinfo/content_manifests/lantern-container-1-2.json": json.dumps({"content_sets": channels}).encode(),
    }
    return write_docker_archive(path, make_image([make_layer(layer)]))


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    shell = Shell(tmp_path_factory.mktemp("red-hat"))
    mirror = whole_mirror(shell.home / "mirror")
    finished = shell.run("db", "update", "--full", "--from", mirror)
    assert finished.returncode == 0, finished.stderr
    return shell


def report(shell, *packages, channels=()):
    path = image(shell.home / "image.tar", *packages, channels=channels)
    finished = shell.run("scan", path, "--offline", "--quiet", "--scanners", "vuln", "--format", "json")
    return json.loads(finished.stdout)


def fixes(report):
    return {one["package_name"]: (one["id"], *one["fix"]["versions"]) for one in report["findings"]}


def test_the_release_assesses_packages_if_no_channel_is_named(shell):
    assert fixes(report(shell, rpm("lantern", "2.0.0-9.el9_2"))) == {"lantern": ("CVE-2099-0001", "1:2.0.1-4.el9_4")}


def test_extended_support_assesses_its_own_packages(shell):
    channels = (CHANNEL, "rhel-9-for-x86_64-appstream-rpms")
    found = report(shell, rpm("lantern", "2.0.0-9.el9_2"), channels=channels)
    assert fixes(found) == {"lantern": ("CVE-2099-0001", "1:2.0.0-9.el9_2.3")}
    assert "Red Hat Enterprise Linux 9.2 EUS" in found["findings"][0]["reason"]
    assert fixes(report(shell, rpm("lantern", "2.0.0-9.el9_2.3"), channels=channels)) == {}


def test_packages_of_another_vendor_are_not_assessed(shell):
    found = report(shell, rpm("lantern", "2.0.0-9.el9_2", vendor="Example Corp"))
    assert fixes(found) == {}
    assert "unassessed_package" in {reason["code"] for reason in found["coverage"]["reasons"]}

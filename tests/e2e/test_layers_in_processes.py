"""A scan whose layers several processes read: the same report, and each layer is downloaded once."""

import json
import random
import sys

import pytest
from tests.support.command import Shell
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.registry import Registry
from tests.unit.layers.helpers import OS_RELEASE, status


def large(files):
    """A layer of 5 MiB that cannot be compressed."""
    return make_layer({**files, "large": random.Random(str(sorted(files))).randbytes(5 << 20)})


@pytest.fixture(scope="module")
def image():
    return make_image(
        [
            large({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": status(("openssl", "3.0.1-1"))}),
            large({"app/requirements.txt": b"requests==2.0\n", "app/.env": b"password=hunter2hunter2\n"}),
            large({"usr/lib/python3/dist-packages/x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n"}),
        ]
    )


def scanned(home, reference, *flags):
    done = Shell(home).run("scan", reference, "--refresh", "never", "--format", "json", *flags)
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    del report["created"]
    return report


def test_an_archive_has_the_same_report(tmp_path, image):
    archive = write_docker_archive(tmp_path / "image.tar", image)
    by_one = scanned(tmp_path / "one", archive, "--jobs", "1")
    assert by_one == scanned(tmp_path / "three", archive, "--jobs", "3")
    assert {package["name"] for package in by_one["packages"]} >= {"openssl", "requests", "x"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
def test_each_layer_of_a_registry_is_downloaded_once(tmp_path, image):
    with Registry() as registry:
        reference = registry.push("team/shop", "1", image)
        by_three = scanned(tmp_path / "three", reference, "--jobs", "3")
        asked = registry.asked("GET", "/blobs/")
        assert len(asked) == len(set(asked)) == 4
        assert by_three == scanned(tmp_path / "one", reference, "--jobs", "1")


def test_a_damaged_layer_is_refused_once_and_by_name(tmp_path, image):
    with Registry() as registry:
        reference = registry.push("team/shop", "1", image)
        digest = next(digest for digest, blob in registry.blobs.items() if len(blob) > 5 << 20)
        registry.altered[digest] = large({"other": b""})
        for jobs in (1, 3):
            done = Shell(tmp_path / str(jobs)).run("scan", reference, "--refresh", "never", "--jobs", jobs)
            assert done.returncode == 3
            assert digest in done.stderr

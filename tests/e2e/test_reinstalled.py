"""A cache outlives an installation: two copies of one wheel, in different places, take each other's layers from it."""

import os
import subprocess
import sys

import pytest
from tests.support.command import ROOT, Shell
from tests.support.images import make_image, make_layer, write_oci_layout

from careen.contents import contents

STATUS = b"Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\n\n"
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """Two folders, a wheel unpacked into each by pip at another time."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=300)
    (wheel,) = place.glob("*.whl")
    for name in ("one", "two"):
        pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile", "--quiet"]
        pip += ["--disable-pip-version-check", "--target", str(place / name), str(wheel)]
        subprocess.run(pip, check=True, capture_output=True, timeout=300)
    for path in (place / "two").rglob("*"):
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**13))
    return place / "one", place / "two"


@pytest.fixture
def listed(copies, tmp_path):
    """What a copy finds in an image whose layers can be read once."""
    image = write_oci_layout(tmp_path / "image", make_image([make_layer({"etc/os-release": OS_RELEASE}),
                                                            make_layer({"var/lib/dpkg/status": STATUS})]))  # fmt: skip

    def scan(number):
        shell = Shell(tmp_path / "home", PYTHONPATH=str(copies[number]), PYTHONDONTWRITEBYTECODE="1")
        finished = shell.run("inventory", image)
        for blob in (image / "blobs" / "sha256").iterdir():
            if blob.read_bytes()[:2] == b"\x1f\x8b":
                blob.write_bytes(b"\x1f\x8b no layer any more")
        return finished

    return scan


def test_the_second_copy_reads_no_layer(copies, listed):
    first, second = listed(0), listed(1)
    assert (first.returncode, first.stderr) == (0, "") and "bash" in first.stdout
    assert second.stdout == first.stdout and (second.returncode, second.stderr) == (0, "")
    for copy in copies:
        assert (copy / "careen" / "contents.txt").is_file() and not list(copy.rglob("__pycache__"))


def test_an_edited_copy_does_not_use_the_cache_of_the_other(copies, listed):
    """So that the test above can fail."""
    assert listed(0).returncode == 0
    edited = copies[1] / "careen" / "catalogers" / "dpkg.py"
    before, status = edited.read_bytes(), edited.stat()
    try:
        edited.write_bytes(before + b"\n")
        second = listed(1)
    finally:
        edited.write_bytes(before)
        os.utime(edited, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert second.returncode == 3 and "have the digest" in second.stderr


def test_a_source_tree_agrees_with_its_wheel(copies):
    code = "from careen.contents import contents; print(contents().built, contents().key)"
    environ = {**os.environ, "PYTHONPATH": str(copies[1])}
    printed = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True, timeout=600)
    assert printed.stdout.split() == ["True", contents().key]

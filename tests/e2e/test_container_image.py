"""The image that ``make image`` built, started as its user on a root that nobody can write: what a cluster does with it.

``chroot`` in a mount namespace stands in for a container engine. Without the image, or without root, these tests are skipped.
"""

import json
import os
import shutil
import subprocess
import tarfile
import urllib.request

import pytest
from tests.conftest import ROOT
from tests.support.servers import free_port
from tests.support.waiting import until

BUILT = ROOT / "build" / "image"
START = """set -e
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
mount -t tmpfs -o size=256m,mode=1777 tmpfs "$1/tmp"
mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc"
for folder in cache data; do mount -t tmpfs -o size=64m,uid=65532,gid=65532,mode=700 tmpfs "$1/$folder"; done
root=$1 chroot=$2; shift 2
exec "$chroot" --userspec=65532:65532 "$root" "$@"
"""


@pytest.fixture(scope="module", params=["cli", "server"])
def image(request, tmp_path_factory):
    """An unpacked flavour; gives its name and a function that makes the command line of a process in it."""
    layout = BUILT / request.param
    if not (layout / "index.json").is_file():
        pytest.skip(f"{layout} is not there: make image builds it")
    chroot = shutil.which("chroot", path=f"{os.environ['PATH']}:/usr/sbin")
    if os.geteuid() or not shutil.which("unshare") or not chroot:
        pytest.skip("a root that nobody can write needs root and unshare")
    root = tmp_path_factory.mktemp("image")
    manifest = of_digest(layout, json.loads((layout / "index.json").read_bytes())["manifests"][0]["digest"])
    for layer in manifest["layers"]:
        with tarfile.open(layout / "blobs" / layer["digest"].replace(":", "/")) as archive:
            archive.extractall(root, filter="fully_trusted")
    config = of_digest(layout, manifest["config"]["digest"])["config"]
    assert config["User"] == "65532:65532"
    variables = [variable for variable in config["Env"] if not variable.startswith("PATH=")]

    def command(*arguments):
        inside = ["sh", "-c", START, "start", str(root), chroot, *config["Entrypoint"], *arguments]
        return [
            "env",
            "-i",
            f"PATH={os.environ['PATH']}",
            *variables,
            "unshare",
            "--mount",
            "--propagation",
            "private",
            *inside,
        ]

    tried = subprocess.run(command("version"), capture_output=True, text=True, timeout=600)
    if "mount" in tried.stderr:
        pytest.skip(f"nothing can be mounted here: {tried.stderr.strip()}")
    return request.param, root, command


def of_digest(layout, digest):
    return json.loads((layout / "blobs" / digest.replace(":", "/")).read_bytes())


def run(command, *arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=600)


def test_it_starts(image):
    _, _, command = image
    done = run(command, "version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "careen")


def test_it_scans_without_a_place_to_write_but_its_cache(image):
    _, _, command = image
    done = run(command, "scan", "directory:/usr/local/lib", "--offline", "--format", "json")
    assert done.returncode == 3  # there is no database
    report = json.loads(done.stdout)
    assert {"jinja2", "urllib3"} <= {package["name"].lower() for package in report["packages"]}


def test_modules_of_the_working_folder_are_not_loaded(image):
    _, root, command = image
    (root / "home" / "nonroot" / "json.py").write_text("raise SystemExit(77)\n")
    assert run(command, "version").returncode == 0


def test_the_server_answers(image):
    flavour, _, command = image
    port = free_port()
    arguments = ["serve", "--data", "/data/fleet", "--listen", f"127.0.0.1:{port}"]
    if flavour == "cli":
        assert run(command, *arguments).returncode == 2
        return
    with subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True) as process:
        try:
            assert until(lambda: process.poll() is not None or answers(port))
            assert answers(port), process.stderr.read()
        finally:
            process.terminate()
            process.wait(60)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_packages_of_the_image_can_be_scanned(image):
    _, root, _ = image
    named = {path.name for path in (root / "var" / "lib" / "dpkg" / "status.d").iterdir()}
    assert {"libc6", "libssl3t64", "python3.13-minimal", "ca-certificates"} <= named
    assert not (root / "bin" / "sh").exists()
    assert not [path for path in root.rglob("*") if path.is_file() and path.stat().st_mode & 0o6000]


def test_the_sbom_is_beside_it_and_in_it(image):
    flavour, _, _ = image
    beside = json.loads((BUILT / f"{flavour}.cdx.json").read_bytes())
    assert {"careen", "openssl", "libc6"} & {part["name"] for part in beside["components"]}
    listed = json.loads((BUILT / flavour / "index.json").read_bytes())["manifests"]
    attached = of_digest(BUILT / flavour, listed[1]["digest"])
    assert attached["subject"]["digest"] == listed[0]["digest"]
    assert of_digest(BUILT / flavour, attached["layers"][0]["digest"]) == beside

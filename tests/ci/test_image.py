"""How the container image is made of Debian packages and wheels; e2e/test_container_image.py starts the one that was built."""

import importlib
import io
import json
import shutil
import subprocess
import tarfile
import zipfile

import pytest
from tests.conftest import ROOT

from careen.app.session import Session
from careen.config import Settings

IMAGE = ROOT / "deploy" / "image"
needs_dpkg = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="no dpkg-deb here")


@pytest.fixture
def parts(monkeypatch):
    """The modules of the builder."""
    monkeypatch.syspath_prepend(str(IMAGE))
    return {name: importlib.import_module(name) for name in ("layout", "rootfs", "fetch")}


@pytest.fixture
def deb(tmp_path):
    tree = tmp_path / "tree"
    files = {
        "usr/lib/x.so.1": "code",
        "usr/bin/tool": "code",
        "usr/share/doc/libx/copyright": "terms",
        "usr/share/doc/libx/README": "text",
        "usr/share/man/man1/x.1": "text",
        "usr/share/ca-certificates/mozilla/B.crt": "B\n",
        "usr/share/ca-certificates/mozilla/A.crt": "A\n",
        "DEBIAN/control": "Package: libx\nVersion: 1.0-1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n more\n",
        "DEBIAN/md5sums": "aa  usr/lib/x.so.1\nbb  usr/share/doc/libx/README\ncc  usr/share/doc/libx/copyright\n",
    }
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    (tree / "usr" / "lib" / "x.so").symlink_to("x.so.1")
    (tree / "usr" / "bin" / "tool").chmod(0o4755)
    made = tmp_path / "libx.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", str(tree), str(made)], check=True, capture_output=True)
    return made


@needs_dpkg
def test_a_debian_package_is_unpacked_and_known(parts, deb):
    found = parts["rootfs"].debian([deb])
    assert found["usr/lib/x.so.1"].data == b"code"
    assert found["usr/lib/x.so"].link == "x.so.1"
    assert {path for path in found if path.startswith("usr/share/doc/libx/")} == {"usr/share/doc/libx/copyright"}
    assert not [path for path in found if path.startswith("usr/share/man/")]
    status = found["var/lib/dpkg/status.d/libx"].data.decode()
    assert status.startswith("Package: libx\nStatus: install ok installed\nVersion: 1.0-1\n")
    assert status.endswith("Description: x\n more\n")
    assert found["var/lib/dpkg/status.d/libx.md5sums"].data == b"aa  usr/lib/x.so.1\ncc  usr/share/doc/libx/copyright\n"


@needs_dpkg
def test_authorities_are_one_file_and_no_program_changes_its_user(parts, deb):
    found = parts["rootfs"].debian([deb])
    assert found["etc/ssl/certs/ca-certificates.crt"].data == b"A\nB\n"
    assert found["usr/bin/tool"].mode == 0o755
    assert (found["tmp"].mode, found["cache"].mode, found["cache"].owner) == (0o1777, 0o700, 65532)


def test_a_wheel_goes_where_python_looks(parts, tmp_path):
    wheel = tmp_path / "x-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("x/__init__.py", "x/fast.so", "x-1.dist-info/METADATA", "x-1.data/purelib/y.py", "x-1.data/scripts/run"):
            archive.writestr(name, name)
    found = parts["rootfs"].wheels([wheel])
    place = "usr/local/lib/python3.13/dist-packages"
    assert {path.removeprefix(f"{place}/"): entry.mode for path, entry in found.items()} == {
        "x/__init__.py": 0o644,
        "x/fast.so": 0o755,
        "x-1.dist-info/METADATA": 0o644,
        "y.py": 0o644,
    }


def layers_of(layout):
    entry, folder = layout.Entry, layout.folder
    first = {"etc/os-release": entry(b"ID=x\n"), "tmp": folder(0o1777), "bin": entry(link="usr/bin")}
    return [layout.Layer(first, "one"), layout.Layer({"home/nonroot": folder(0o700, 65532)}, "two")]


def test_the_same_content_gives_the_same_digest(parts, tmp_path):
    layout = parts["layout"]
    layers = layers_of(layout)
    turned = [layers[0]._replace(entries=dict(reversed(layers[0].entries.items()))), layers[1]]
    digests = {
        layout.write(tmp_path / name, given, {"User": "1"}, "amd64", "2026-01-01T00:00:00Z", "1.0")
        for name, given in (("a", layers), ("b", turned))
    }
    assert len(digests) == 1
    assert layout.write(tmp_path / "c", layers, {"User": "2"}, "amd64", "2026-01-01T00:00:00Z", "1.0") not in digests


def test_a_layer_has_numbers_and_no_times(parts, tmp_path):
    layout = parts["layout"]
    digest = layout.write(tmp_path / "a", layers_of(layout), {}, "amd64", "2026-01-01T00:00:00Z", "1.0")
    manifest = json.loads((tmp_path / "a" / "blobs" / digest.replace(":", "/")).read_bytes())
    second = (tmp_path / "a" / "blobs" / manifest["layers"][1]["digest"].replace(":", "/")).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(second)) as archive:
        items = {item.name: (item.type, item.mode, item.uid, item.mtime) for item in archive}
    assert items == {"home": (tarfile.DIRTYPE, 0o755, 0, 0), "home/nonroot": (tarfile.DIRTYPE, 0o700, 65532, 0)}


def test_careen_reads_the_layout_and_its_referrer(parts, tmp_path):
    layout = parts["layout"]
    digest = layout.write(tmp_path / "a", layers_of(layout), {"User": "7"}, "amd64", "2026-01-01T00:00:00Z", "1.0")
    layout.attach(tmp_path / "a", b"{}", "application/vnd.cyclonedx+json", "2026-01-01T00:00:00Z")
    settings = Settings(cache_dir=tmp_path / "cache", offline=True)
    with Session(settings) as session:
        report = session.scan(f"oci-layout:{tmp_path / 'a'}")
    assert (report.image.digest, report.image.config.user) == (digest, "7")


def test_each_package_is_named_once_and_sorted():
    names = [line for line in (IMAGE / "debian.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert names == sorted(set(names))

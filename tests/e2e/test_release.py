"""What ``make release`` leaves: packages with reproducible bytes, and their descriptions."""

import hashlib
import json
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
from tests.conftest import ROOT

RELEASE = runpy.run_path(str(ROOT / ".ci" / "release.py"))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    from careen.app.publishing import make_publisher

    return make_publisher(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture(scope="module")
def dist(root, tmp_path_factory):
    """A release, the second build of which is compared inside of ``build``."""
    place = tmp_path_factory.mktemp("release") / "dist"
    before = (ROOT / "CHANGELOG.md").read_bytes(), sorted((ROOT / "changelog.d").iterdir())
    RELEASE["build"](place, "9.8.7", root, ("oci://one.example/db", "oci://two.example/db"))
    assert before == ((ROOT / "CHANGELOG.md").read_bytes(), sorted((ROOT / "changelog.d").iterdir()))
    return place


def test_the_files(dist):
    wheel, sdist = "careen-9.8.7-py3-none-any.whl", "careen-9.8.7.tar.gz"
    assert {path.name for path in dist.iterdir()} == {wheel, sdist, "SHA256SUMS", "CHANGES.md", "careen.cdx.json"}
    sums = dict(reversed(line.split()) for line in (dist / "SHA256SUMS").read_text().splitlines())
    assert sums == {name: hashlib.sha256((dist / name).read_bytes()).hexdigest() for name in (wheel, sdist)}


def test_the_wheel_knows_where_the_database_is_published(dist, root, tmp_path):
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    assert (tmp_path / "installed" / "careen" / "signing" / "root.json").read_bytes() == root.read_bytes()
    code = (
        "from careen import __version__; from careen.config import load\n"
        "from careen.app.publications import addresses, root_of\n"
        "settings = load({}).settings; print(__version__, *addresses(settings), len(root_of(settings, '')))"
    )
    environment = {"PYTHONPATH": str(tmp_path / "installed"), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["9.8.7", "oci://one.example/db", "oci://two.example/db", str(len(root.read_bytes()))]


def test_the_changelog_of_the_sdist_begins_with_this_release(dist):
    with tarfile.open(next(dist.glob("*.gz"))) as archive:
        changelog = archive.extractfile("careen-9.8.7/CHANGELOG.md").read().decode()
    notes = (dist / "CHANGES.md").read_text("utf-8")
    assert notes.startswith("## 9.8.7 (") and notes in changelog
    fragments = list((ROOT / "changelog.d").glob("*.md"))
    assert fragments or not re.search("(?m)^- ", notes)
    for fragment in fragments:
        assert " ".join(fragment.read_text("utf-8").split()) in " ".join(notes.split()), fragment.name


def test_the_sbom_lists_the_wheel_and_what_it_needs(dist):
    found = {
        one["name"].lower(): one.get("version") for one in json.loads((dist / "careen.cdx.json").read_text())["components"]
    }
    assert found["careen"] == "9.8.7"
    assert {"msgspec", "urllib3", "pyyaml", "cryptography", "tuf"} <= set(found)
    assert not {"pytest", "ruff", "mypy"} & set(found)


@pytest.mark.parametrize("addresses", [(), ("one.example/db",)])
def test_a_root_without_an_address(root, addresses, tmp_path):
    with pytest.raises(SystemExit, match="make release DATABASE"):
        RELEASE["build"](tmp_path / "dist", root=root, addresses=addresses)
    with pytest.raises(SystemExit, match="make release DATABASE"):
        RELEASE["build"](tmp_path / "dist", addresses=("oci://one.example/db",))


def test_a_build_that_depends_on_its_place_is_refused(tmp_path, monkeypatch):
    """So that the comparison can fail."""
    home = tmp_path / "home"
    shutil.copytree(ROOT, home, ignore=RELEASE["not_copied"])
    hook = home / "hatch_build.py"
    hook.write_text(hook.read_text("utf-8").replace('made.write_text(', 'made.write_text(self.root + '), "utf-8")  # fmt: skip
    monkeypatch.setitem(RELEASE["build"].__globals__, "HOME", home)
    with pytest.raises(SystemExit, match=r"these files differ: careen-\S+\.whl"):
        RELEASE["build"](tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("version", ["", "1.2", "v1.2.3", "1.2.3\n", '1.2.3"'])
def test_an_invalid_version_is_refused(version, tmp_path):
    with pytest.raises(SystemExit, match="is not a version"):
        RELEASE["bump"](tmp_path, version)


def test_a_tag_names_the_version(tmp_path, monkeypatch):
    (tmp_path / "src" / "careen").mkdir(parents=True)
    (tmp_path / "src" / "careen" / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (tmp_path / "changelog.d").mkdir()
    monkeypatch.setitem(RELEASE["check"].__globals__, "HOME", tmp_path)
    RELEASE["check"]("v1.2.3")
    with pytest.raises(SystemExit, match=r"v1\.2\.4 does not name the version 1\.2\.3"):
        RELEASE["check"]("v1.2.4")
    (tmp_path / "changelog.d" / "left.fixed.md").write_text("Left.\n")
    with pytest.raises(SystemExit, match="1 changes that are not in"):
        RELEASE["check"]("v1.2.3")


def test_a_checkout_has_neither_address_nor_root():
    from careen.signing import anchor

    assert (anchor.DATABASE, anchor.root()) == ((), None)

"""A released wheel has the address of the published database and the root of trust in it."""

import runpy
import subprocess
import sys
import zipfile

import pytest
from tests.conftest import ROOT

RELEASE = runpy.run_path(str(ROOT / ".ci" / "release.py"))["release"]


def test_a_wheel(tmp_path):
    from careen.app.publishing import make_publisher

    root = make_publisher(tmp_path / "keys")
    RELEASE(root, ["oci://one.example/db", "oci://two.example/db"], tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    assert (tmp_path / "installed" / "careen" / "signing" / "root.json").read_bytes() == root.read_bytes()
    code = (
        "from careen.app.publications import addresses, root_of; from careen.config import load\n"
        "settings = load({}).settings; print(*addresses(settings), len(root_of(settings, '')))"
    )
    environment = {"PYTHONPATH": str(tmp_path / "installed"), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["oci://one.example/db", "oci://two.example/db", str(len(root.read_bytes()))]


@pytest.mark.parametrize("addresses", [[], ["one.example/db"]])
def test_what_is_missing(tmp_path, addresses):
    with pytest.raises(SystemExit, match="make release DATABASE"):
        RELEASE(tmp_path / "root.json", addresses, tmp_path)


def test_a_checkout_has_neither():
    from careen.signing import anchor

    assert (anchor.DATABASE, anchor.root()) == ((), None)

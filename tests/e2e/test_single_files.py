"""What a stranger gives to the command that is no image: a package, a lock file, a source tree, something else."""

import gzip
import json

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import make_layer
from tests.support.squashfs import sif, squashfs

KNOWN = ("--offline", "--advisories", ADVISORIES, "--accept", "no_advisories")  # which are all that is known here
LOCK = json.dumps({"lockfileVersion": 1, "dependencies": {"lodash": {"version": "4.17.15"}}})


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


def test_a_package_of_npm_is_assessed(shell, tmp_path):
    package = tmp_path / "lodash-4.17.15.tgz"
    package.write_bytes(gzip.compress(make_layer({"package/package.json": b'{"name": "lodash", "version": "4.17.15"}'})))
    finished = shell.run("scan", package, *KNOWN, "--fail-on", "low")
    assert finished.returncode == 1, finished.stderr
    assert "lodash 4.17.15" in finished.stdout


def test_declared_packages_of_a_source_tree_fail_the_gate(shell, tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "package-lock.json").write_text(LOCK)
    for reference in (tmp_path / "app", tmp_path / "app" / "package-lock.json"):
        assert shell.run("scan", reference, *KNOWN, "--fail-on", "low").returncode == 1
    (tmp_path / "app" / "etc").mkdir()
    (tmp_path / "app" / "etc" / "os-release").write_text("ID=debian\n")
    assert shell.run("scan", tmp_path / "app", *KNOWN, "--fail-on", "low").returncode == 0


def test_a_file_without_packages_is_an_error(shell, tmp_path):
    (tmp_path / "notes.txt").write_text("remember the milk")
    finished = shell.run("scan", tmp_path / "notes.txt", *KNOWN)
    assert finished.returncode == 3
    assert finished.stderr.startswith(f"careen: error: nothing in {tmp_path / 'notes.txt'} can be assessed\nhint: ")


def test_a_file_that_cannot_be_parsed_has_not_passed(shell, tmp_path):
    (tmp_path / "package-lock.json").write_text(LOCK[:-9])
    finished = shell.run("scan", tmp_path / "package-lock.json", *KNOWN, "--format", "json")
    assert finished.returncode == 3
    report = json.loads(finished.stdout)
    (rule,) = report["verdict"]["rules"]
    assert (rule["rule"], rule["passed"]) == ("every file that was named read", False)
    assert rule["failed_by"] == {"count": 1, "first": ["package-lock.json"]}
    assert report["unknowns"][0]["path"] == "package-lock.json"


def test_an_apptainer_image_without_packages_is_not_an_error(shell, tmp_path):
    (tmp_path / "image.sif").write_bytes(sif((1, 2, squashfs({"srv": {"app": b"x"}}))))
    finished = shell.run("scan", tmp_path / "image.sif", *KNOWN)
    assert finished.returncode == 0, finished.stderr
    assert "linux/amd64" in finished.stdout

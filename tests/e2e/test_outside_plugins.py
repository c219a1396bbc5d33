"""A cataloger in one file of a folder of the user's: it is in the walk, the key of the cache, the pages and the tests."""

import os
import subprocess
import sys

import pytest
from tests.conftest import ROOT
from tests.support.command import Shell
from tests.support.images import make_image, make_layer, write_docker_archive

PLUGIN = """\
\"\"\"Acorn: what ``acorn.lock`` names, a line \"name version\" for each nut.\"\"\"

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, Reader, Wants


def read(file):
    for line in file.data.decode().splitlines():
        name, _, version = line.partition(" ")
        if not name or not version:
            raise ValueError("a line without a version")
        yield Package(type="generic", namespace=None, name=name, version=version, cataloger="acorn")


CATALOGER = Cataloger(
    name="acorn",
    ecosystem=Ecosystem(purl_type="generic", scheme="semver"),
    readers=(Reader(Wants(names=("acorn.lock",)), read),),
    limits="Nuts that were eaten.",
)
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "plugins"
    (place / "catalogers").mkdir(parents=True)
    (place / "catalogers" / "acorn.py").write_text(PLUGIN)
    case = place / "golden" / "catalogers" / "acorn" / "two"
    (case / "input").mkdir(parents=True)
    (case / "input" / "acorn.lock").write_text("oak 1.2.0\nhazel 0.9.1\n")
    return place


def test_a_cataloger_reads_files_and_changes_the_cache_key(folder, tmp_path):
    image = write_docker_archive(tmp_path / "image.tar", make_image([make_layer({"srv/acorn.lock": b"oak 1.2.0\n"})]))
    shell = Shell(tmp_path / "home")
    asked = ("inventory", image, "--format", "purls")
    assert "oak" not in shell.run(*asked).stdout
    assert "pkg:generic/oak@1.2.0" in shell.run(*asked, "--plugins", folder).stdout, "the cache knew another inventory"
    plugin = folder / "catalogers" / "acorn.py"
    plugin.write_text(PLUGIN.replace("name=name", 'name=f"{name}-tree"'))
    assert "pkg:generic/oak-tree@1.2.0" in shell.run(*asked, "--plugins", folder).stdout, "the cache knew another plugin"
    assert "oak" not in shell.run(*asked).stdout


def test_on_the_pages(folder):
    code = "from tests import conftest; from tests.docs.reference import pages; print(pages()['catalogers'])"
    page = _python(folder, "-c", code)
    assert page.returncode == 0, page.stderr
    assert "Nuts that were eaten." in page.stdout


@pytest.mark.parametrize("broken", [False, True])
def test_held_to_the_rules_of_ours(folder, broken):
    if broken:
        plugin = folder / "catalogers" / "acorn.py"
        plugin.write_text(PLUGIN.replace('raise ValueError("a line without a version")', "raise KeyError(line)"))
    tests = _python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract/test_catalogers.py", "-k", "acorn")
    assert tests.returncode == int(broken), tests.stdout
    if broken:
        assert "test_hostile_bytes_raise_nothing_but_value_error[acorn]" in tests.stdout


def test_a_folder_without_plugins_is_an_error(tmp_path):
    finished = Shell(tmp_path / "home").run("inventory", "x", "--plugins", tmp_path)
    assert finished.returncode == 2
    assert "has no plugins" in finished.stderr and "FOLDER/catalogers/x.py" in finished.stderr


def test_a_plugin_that_fails_or_replaces_another_is_named(folder, tmp_path):
    shell = Shell(tmp_path / "home")
    (folder / "catalogers" / "acorn.py").write_text("import nothing_of_the_kind\n")
    broken = shell.run("inventory", tmp_path, "--plugins", folder)
    assert broken.returncode == 2
    assert "catalogers/acorn.py cannot be used: ModuleNotFoundError" in broken.stderr
    (folder / "catalogers" / "acorn.py").rename(folder / "catalogers" / "dpkg.py")
    hidden = shell.run("inventory", tmp_path, "--plugins", folder)
    assert hidden.returncode == 2
    assert "catalogers/dpkg.py has the name of an existing one" in hidden.stderr


CHECK = """\
\"\"\"A stage is built from Alpine.\"\"\"

from careen.plugins import Check, Place


def inspect(document):
    return [Place("is built from Alpine", stage.line) for stage in document.stages if stage.resolved.startswith("alpine")]


CHECK = Check(
    id="ACME-001",
    title="A stage is built from Alpine",
    severity="low",
    why="Our agents need glibc.",
    fix="Take Debian.",
    references=("ACME handbook",),
    inspect=inspect,
    good=("FROM debian:12\\n",),
    bad=("FROM alpine:3\\n",),
)
"""


class TestCheck:
    @pytest.fixture
    def check(self, folder):
        place = folder / "checks" / "dockerfile" / "from_alpine.py"
        place.parent.mkdir(parents=True)
        place.write_text(CHECK)
        return place

    @pytest.fixture
    def run(self, tmp_path):
        (tmp_path / "Dockerfile").write_text("FROM alpine:3\n")

        def run(*flags):
            return Shell(tmp_path / "home").run("check", tmp_path / "Dockerfile", "--offline", *flags)

        return run

    def test_the_same_file_is_a_plugin_and_a_check_of_the_users_own(self, check, folder, run):
        assert "ACME-001" not in run().stdout
        assert "ACME-001" in run("--plugins", folder).stdout
        assert "ACME-001" in run("--checks", check).stdout
        twice = run("--plugins", folder, "--checks", check)
        assert (twice.returncode, "ACME-001 is the id of two checks" in twice.stderr) == (2, True)

    def test_an_unknown_target_is_refused(self, check, folder, run):
        check.parent.rename(folder / "checks" / "docker")
        finished = run("--plugins", folder)
        assert (finished.returncode, "checks/docker is not a target" in finished.stderr) == (2, True)

    @pytest.mark.parametrize("broken", [False, True])
    def test_held_to_the_rules_of_ours(self, check, folder, broken):
        if broken:
            check.write_text(CHECK.replace("FROM alpine:3", "FROM debian:13"))
        tests = _python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract/test_checks.py", "-k", "ACME")
        assert tests.returncode == int(broken), tests.stdout
        assert ("test_failing_examples_give_places_with_a_line[ACME-001]" in tests.stdout) == broken


def _python(folder, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "CAREEN_PLUGINS": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("before", [["--plugins", "{}"], ["--plugins={}"], ["--debug", "--plugins", "{}"]])
def test_named_before_the_command(folder, tmp_path, before):
    image = write_docker_archive(tmp_path / "image.tar", make_image([make_layer({"srv/acorn.lock": b"oak 1.2.0\n"})]))
    named = [flag.format(folder) for flag in before]
    found = Shell(tmp_path / "home").run(*named, "inventory", image, "--format", "purls")
    assert "pkg:generic/oak@1.2.0" in found.stdout

"""What a user vouches for lets ``--strict`` pass, and nothing beside it: the image of a shop, and one more program in it."""

import sys

import pytest
from tests.conftest import ROOT
from tests.support.command import Shell
from tests.support.executables import elf
from tests.support.images import File, make_image, make_layer, write_docker_archive

sys.path.insert(0, str(ROOT / "examples"))  # has what builds the demonstration

ADVISORIES = ROOT / "examples" / "advisories"
KNOWN = ("--offline", "--advisories", ADVISORIES, "--scanners", "vuln", "--strict")
PROGRAM = File(elf(b"of unknown origin" * 100), mode=0o755)
ACCEPTED = """\
accept:
  - {code: no_advisories, what: [golang, maven, npm, pypi, debian-12], reason: these advisories are all that we have}
  - {code: archive_only, what: debian-12, reason: facts of the archive are enough for a demonstration}
  - {code: unassessed_package, what: pkg:golang/shop.example/*, reason: our own programs}
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    made = Shell(tmp_path_factory.mktemp("accept"))
    (made.home / "accepted.yaml").write_text(ACCEPTED)
    return made


@pytest.fixture(scope="module")
def layers():
    import build_demo

    parts = (build_demo._debian(), build_demo._python(), build_demo._node(), build_demo._java(), build_demo._go())
    return tuple(map(build_demo._tar, parts))


def scan(shell, tmp_path, layers, *flags):
    archive = write_docker_archive(tmp_path / "shop.tar", make_image(layers))
    return shell.run("scan", archive, *KNOWN, *flags)


def test_three_accepted_reasons_let_the_shop_pass(shell, tmp_path, layers):
    assert scan(shell, tmp_path, layers).returncode == 3
    passed = scan(shell, tmp_path, layers, "--ignore-file", "accepted.yaml")
    assert (passed.returncode, "Accepted, not assessed" in passed.stdout) == (0, True), passed.stdout
    assert "gaps accepted" in " ".join(passed.stdout.split())


def test_another_unidentified_program_is_not_accepted(shell, tmp_path, layers):
    planted = make_layer({"usr/local/bin/helper": PROGRAM})
    failed = scan(shell, tmp_path, (*layers, planted), "--ignore-file", "accepted.yaml")
    assert failed.returncode == 3
    assert "unidentified_files: /usr/local/bin/helper" in " ".join(failed.stdout.split())


def test_the_suggested_entries_let_it_pass(shell, tmp_path, layers):
    planted = make_layer({"opt/own/helper": PROGRAM})
    suggested = scan(shell, tmp_path, (*layers, planted), "--suggest-accept")
    assert suggested.returncode == 0
    (shell.home / "suggested.yaml").write_text(suggested.stdout)
    passed = scan(shell, tmp_path, (*layers, planted), "--ignore-file", "suggested.yaml")
    assert passed.returncode == 0, passed.stdout

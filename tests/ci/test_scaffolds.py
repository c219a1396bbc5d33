"""What ``make new-…`` begins passes the gate as it is: all kinds at once, in a copy of the tree."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

BEGIN = runpy.run_path(str(ROOT / "scaffolds" / "new.py"))["begin"]
BIN = Path(sys.executable).parent
NAMES = {"cataloger": "zebra_lock", "source": "zebra", "reporter": "zebra_lines", "distribution": "zebra-linux"}
# Examples of checks are files of their own in the layout that the scaffolds write.
TARGETS = sorted(path.name.removeprefix("check-") for path in (ROOT / "scaffolds").glob("check-*"))
TARGETS = TARGETS if (ROOT / "tests" / "checks").is_dir() else []
WITHOUT_THE_SITE = "--ignore=tests/docs/test_site.py"  # it shows no plugin, and takes longest to build
NOT_COPIED = {".git", ".cache", ".hypothesis", "build", "dist", "mutants"}  # of the checkout itself


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """(A copy of the checkout with a plugin of each kind, the files of these.)"""
    home = tmp_path_factory.mktemp("scaffolds") / "checkout"
    shutil.copytree(ROOT, home, ignore=_not_copied, symlinks=True)
    files = [path for kind, name in NAMES.items() for path in BEGIN(home, kind, name)]
    files += [path for target in TARGETS for path in BEGIN(home, "check", f"zebra_{target}", target)]
    made = ("tests/docs", "tests/golden", WITHOUT_THE_SITE, "--update")
    _run(home, sys.executable, "-m", "pytest", "-q", *made, "-k", "docs or zebra")
    return home, files


def _not_copied(folder, names):
    top = [name for name in names if name in NOT_COPIED or name.startswith(".venv") or name.endswith("_cache")]
    return [*(top if Path(folder) == ROOT else []), "__pycache__"]


def _run(home, *command):
    environ = {**os.environ, "PYTHONPATH": str(home / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_tests_and_contracts_pass(tree):
    home, files = tree
    ids = [path.stem for path in files if path.suffix == ".yaml"]
    chosen = " or ".join(["zebra", "unique", "docs", *ids])
    tests = ("tests/contract", "tests/golden", "tests/docs", "tests/unit/distributions", "tests/unit/reports")
    printed = _run(home, sys.executable, "-m", "pytest", "-vv", *tests, WITHOUT_THE_SITE, "-k", chosen)
    for name in (*NAMES.values(), *ids):
        assert name in printed


def test_linters_have_no_complaint(tree):
    home, files = tree
    python = [path for path in files if path.suffix == ".py"]
    _run(home, BIN / "ruff", "check", *python)
    _run(home, BIN / "ruff", "format", "--check", *python)
    _run(home, BIN / "codespell", *files)
    _run(home, BIN / "lint-imports")
    _run(home, BIN / "mypy", "--cache-dir", os.devnull, *[path for path in python if home / "src" in path.parents])


def test_every_file_lists_what_is_left_to_do(tree):
    _, files = tree
    examples = [path for path in files if "input" in path.parts or path.suffix == ".yaml"]
    assert all("TODO" in path.read_text("utf-8") for path in files if path not in examples)


def test_the_pages_have_them(tree):
    home, _ = tree
    pages = "".join(path.read_text("utf-8") for path in (home / "docs" / "reference").glob("*.md"))
    assert all(name in pages for name in NAMES.values())


def test_nothing_is_written_over(tree):
    home, _ = tree
    with pytest.raises(SystemExit, match="is there already"):
        BEGIN(home, "cataloger", NAMES["cataloger"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cataloger", ""), "make new-cataloger NAME="),
        (("cataloger", "../x"), "make new-cataloger NAME="),
        (("source", "a-b"), "make new-source NAME="),
        (("check", "x"), "make new-check NAME=x TARGET=…: one of compose, "),
        (("check", "x", "../source"), "make new-check NAME=x TARGET="),
        (("scheme", "x"), "is not one of"),
    ],
)
def test_what_cannot_be_begun(arguments, message, tmp_path):
    with pytest.raises(SystemExit, match=message):
        BEGIN(tmp_path, *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not TARGETS, reason="the examples of checks are not files of their own here")
def test_a_check_gets_the_next_id(tree):
    home, files = tree
    for target in TARGETS:
        (example,) = (path for path in files if path.parent == home / "tests" / "checks" / target)
        others = [path.stem for path in (ROOT / "tests" / "checks" / target).glob("*.yaml")]
        assert example.stem not in others and example.stem > max(others)

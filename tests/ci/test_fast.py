"""Which tests ``make check-fast`` runs for a change."""

import runpy
import subprocess
from pathlib import Path

import pytest
from tests.conftest import ROOT

FAST = runpy.run_path(str(ROOT / ".ci" / "fast.py"))


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small checkout with a branch beside main; a function that runs Git in it."""

    def git(*arguments):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, timeout=600)

    monkeypatch.setitem(FAST["changes"].__globals__, "HOME", tmp_path)
    for name, text in {
        "src/careen/versions/apk.py": "",
        "src/careen/versions/deb.py": "",
        "tests/unit/versions/test_apk.py": "",
        "tests/unit/versions/test_deb.py": "",
        "tests/unit/matching/test_far.py": "from careen.versions import deb, apk\n",
        "tests/property/test_orders.py": "import careen.versions.apk\n",
        "tests/property/test_others.py": "import careen.versions.apk_like\n",
        "tests/e2e/test_slow.py": "import careen.versions.apk\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "begin")
    git("checkout", "-qb", "work")
    return tmp_path, git


def names(paths):
    return {path.name for path in paths}


def test_nothing_changed(checkout):
    assert FAST["changes"]() == []


def test_a_changed_module(checkout):
    folder, git = checkout
    (folder / "src/careen/versions/apk.py").write_text("X = 1\n")
    git("commit", "-qam", "change")
    changed = FAST["changes"]()
    assert changed == [Path("src/careen/versions/apk.py")]
    assert names(FAST["nearest_tests"](changed)) == {"test_apk.py", "test_far.py", "test_orders.py"}
    assert names(FAST["area_tests"](changed)) == {"test_apk.py", "test_deb.py"}


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("src/careen/catalogers/deno.py", "deno"),
        ("src/careen/catalogers/rpm/bdb.py", "rpm"),
        ("src/careen/advisories/debian_archive.py", "debian-archive or debian_archive"),
        ("tests/golden/catalogers/deno/versions/input/deno.lock", "deno"),
        ("src/careen/catalogers/__init__.py", ""),
        ("src/careen/matching/severity.py", ""),
    ],
)
def test_a_plugin_has_contracts_and_golden_cases(name, chosen):
    expected = ["tests/contract", "tests/golden", "-k", chosen] if chosen else []
    assert FAST["plugin_tests"]([Path(name)]) == expected


@pytest.mark.parametrize(
    ("name", "is_made"),
    [
        ("src/careen/distributions/debian.toml", True),
        ("src/careen/formats/feeds/software_map/x.toml", True),
        ("src/careen/checks/image/root.py", True),
        ("src/careen/matching/severity.py", False),
        ("docs/x.toml", False),
    ],
)
def test_files_that_are_made_from_a_plugin_are_compared(name, is_made):
    assert bool(FAST["made_tests"]([Path(name)])) == is_made


def test_a_changed_test_that_is_not_committed(checkout):
    folder, _ = checkout
    (folder / "tests/e2e/test_slow.py").write_text("X = 1\n")
    (folder / "tests/e2e/test_new.py").write_text("")
    assert names(FAST["nearest_tests"](FAST["changes"]())) == {"test_slow.py", "test_new.py"}


def test_changes_of_main_do_not_count(checkout):
    folder, git = checkout
    git("checkout", "-q", "main")
    (folder / "src/careen/versions/deb.py").write_text("X = 1\n")
    git("commit", "-qam", "elsewhere")
    git("checkout", "-q", "work")
    assert FAST["changes"]() == []


def test_linters_get_the_files_that_are_there(checkout):
    folder, _ = checkout
    (folder / "src/careen/versions/apk.py").unlink()
    (folder / "docs").mkdir()
    (folder / "docs/new.md").write_text("")
    commands = [" ".join(command) for command in FAST["linters"](FAST["changes"]())]
    assert [command.split("/")[-1] for command in commands] == ["new.md"]
    assert "codespell docs/new.md" in commands[0]


def test_the_end_of_the_time_is_reported(checkout, monkeypatch, capsys):
    folder, _ = checkout
    (folder / "tests/unit/versions/test_apk.py").write_text("def test():\n    pass\n")
    monkeypatch.setitem(FAST["main"].__globals__, "SECONDS", 0)
    assert FAST["main"]() == 0
    assert "Not run, or not to the end: ruff check" in capsys.readouterr().out

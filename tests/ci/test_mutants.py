"""What ``make mutants`` takes for a survivor, and when it fails. mutmut itself runs at night."""

import runpy
import tomllib
from pathlib import Path

import pytest
from tests.conftest import ROOT

MUTANTS = runpy.run_path(str(ROOT / ".ci" / "mutants.py"))
Mutant = MUTANTS["Mutant"]
DIFF = """\
# careen.versions.deb.x_key__mutmut_7: survived
--- src/careen/versions/deb.py
+++ src/careen/versions/deb.py
@@ -5,7 +5,7 @@
     epoch, colon, rest = text.partition(":")
-    if not colon:
+    if colon:
         epoch, rest = "0", text
"""
FOUND = Mutant("versions/deb.py", "if not colon:", "if colon:")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A checkout with one survivor, and a function that lists reasons in it."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "src" / "careen" / "versions").mkdir(parents=True)
    names = MUTANTS["main"].__globals__
    monkeypatch.setitem(names, "HOME", tmp_path)
    monkeypatch.setitem(names, "survivors", lambda areas: ([FOUND], 3))

    def listed(*mutants):
        entries = [
            f"[[survivor]]\nfile = '{one.file}'\nline = '{one.line}'\nmutated = '{one.mutated}'\nreason = 'x'\n"
            for one in mutants
        ]
        (tmp_path / ".ci" / "survivors.toml").write_text("\n".join(entries))

    return tmp_path, listed


def test_a_diff():
    assert MUTANTS["_shown"](DIFF) == FOUND


def test_a_survivor_without_a_reason_is_an_error(home, capsys):
    folder, listed = home
    listed()
    assert MUTANTS["main"](["versions"]) == 1
    assert "survived: versions/deb.py\n- if not colon:\n+ if colon:" in capsys.readouterr().out
    assert (folder / "mutants" / "survivors.txt").read_text() == "versions/deb.py\n- if not colon:\n+ if colon:\n\n"


def test_a_survivor_with_a_reason_does_not_count(home, capsys):
    _, listed = home
    gone, elsewhere = Mutant("versions/deb.py", "a", "b"), Mutant("layers/tar.py", "a", "b")
    listed(FOUND, gone, elsewhere)
    assert MUTANTS["main"](["versions"]) == 0
    printed = capsys.readouterr().out
    assert "remove it from .ci/survivors.toml: versions/deb.py: b" in printed
    assert "layers" not in printed
    assert "3 mutants were not run" in printed


def test_an_area_that_is_not_there(home):
    with pytest.raises(SystemExit, match="has no verisons"):
        MUTANTS["main"](["verisons"])


@pytest.mark.parametrize(
    ("area", "mutated"), [("versions", ["src/careen/versions/*"]), ("versions/deb.py", ["src/careen/versions/deb.py"])]
)
def test_what_is_mutated_and_which_tests_run(area, mutated):
    configured = tomllib.loads(MUTANTS["configuration"]([area]))["tool"]["mutmut"]
    assert configured["only_mutate"] == mutated
    tests = [Path(name) for name in configured["pytest_add_cli_args_test_selection"]]
    assert Path("tests/unit/versions") in tests
    assert all((ROOT / path).exists() for path in tests)


def test_every_listed_survivor_is_a_line_of_our_code():
    for mutant, reason in MUTANTS["reasons"](ROOT / ".ci" / "survivors.toml").items():
        source = (ROOT / "src" / "careen" / mutant.file).read_text("utf-8")
        assert mutant.line in source, f"{mutant.file} has no such line any more"
        assert len(reason) > 20

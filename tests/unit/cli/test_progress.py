import sys

from careen.cli import progress
from careen.cli.progress import progress_on


def test_silent_unless_wanted(capsys):
    with progress_on(False) as tell:
        tell("layer", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_short_work_draws_nothing_and_imports_nothing(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.progress", None)  # importing it would fail
    with progress_on(True) as tell:
        tell("layer", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_long_work_is_shown_with_bytes_and_escaped(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_S", 0)
    monkeypatch.setenv("COLUMNS", "80")
    with progress_on(True) as tell:
        tell("layer \x1b[2J[red]", 1024 * 1024, 10 * 1024 * 1024)
        tell("layer \x1b[2J[red]", 10 * 1024 * 1024, 10 * 1024 * 1024)
        tell("feed", 5, None)
    out, err = capsys.readouterr()
    assert out == ""
    assert "\x1b[2J" not in err


def test_a_fork_draws_nothing(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_S", 0)
    with progress_on(True) as show:
        monkeypatch.setattr(progress.os, "getpid", lambda: -1)
        show("layer", 1, 2)
    assert capsys.readouterr() == ("", "")

import sys

import pytest
from tests.support.reports import usual
from tests.support.written import written

from careen.cli import browse
from careen.cli.main import main
from careen.reports.json import REPORTER


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(written(REPORTER, usual()))
    return str(path)


def test_it_needs_a_terminal(saved, capsys):
    assert main(["browse", saved]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_it_needs_the_extra(saved, capsys, monkeypatch):
    monkeypatch.setattr(browse, "find_spec", lambda name: None)
    assert main(["browse", saved]) == 2
    assert "pip install 'careen[browse]'" in capsys.readouterr().err


def test_the_report_is_shown(saved, monkeypatch):
    browser = pytest.importorskip("careen.cli.browser")
    shown = []
    monkeypatch.setattr(browser.Browser, "run", lambda self: shown.append(self._report))
    for stream in (sys.stdout, sys.stdin):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    assert main(["browse", saved]) == 0
    assert len(shown[0].findings) == len(usual().findings)


def test_what_is_no_report_is_one_clear_line(tmp_path, capsys, monkeypatch):
    (tmp_path / "later.json").write_text('{"schema": "careen.report/2"}')
    for stream in (sys.stdout, sys.stdin):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    assert main(["browse", str(tmp_path / "later.json")]) == 3
    assert "its schema is 'careen.report/2'" in capsys.readouterr().err

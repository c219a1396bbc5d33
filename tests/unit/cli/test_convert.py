import io
import json
import os

import pytest
from tests.support.reports import faulty, usual

from careen.cli.main import main
from careen.plugins import Reporter, ReportOptions, load

REPORTERS = {reporter.name: reporter for reporter in load("careen.reports", "REPORTER", Reporter)}


def text_of(name, report, **options):
    stream = io.StringIO()
    REPORTERS[name].write(report, stream, ReportOptions(width=0, **options))
    return stream.getvalue()


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    path = tmp_path / "report.json"
    path.write_text(text_of("json", usual()), "utf-8")
    return path


def test_the_output_is_that_of_the_scan(saved, capsys):
    assert main(["convert", str(saved), "--to", "sarif"]) == 0  # a report whose gates failed
    assert capsys.readouterr().out == text_of("sarif", usual())


def test_formats_are_named_as_in_a_scan(saved, capsys):
    assert main(["convert", str(saved), "-f", "sarif"]) == 0
    assert capsys.readouterr().out == text_of("sarif", usual())
    assert main(["convert", str(saved)]) == 0
    assert capsys.readouterr().out == text_of("table", usual())


def test_several_formats_in_one_run(saved, tmp_path, capsys):
    files = {name: tmp_path / f"report.{name}" for name in ("cyclonedx", "spdx")}
    assert main(["convert", str(saved), *(f"--to={name}={file}" for name, file in files.items()), "--to", "table"]) == 0
    assert capsys.readouterr().out == text_of("table", usual())
    assert {name: file.read_text("utf-8") for name, file in files.items()} == {name: text_of(name, usual()) for name in files}


def test_flags_of_the_report(saved, tmp_path):
    out = tmp_path / "out"
    assert main(["convert", str(saved), "--to", "table", "--verbose", "--severity", "high", "--output", str(out)]) == 0
    assert out.read_text("utf-8") == text_of("table", usual(), verbose=True, severities=frozenset({"high"}))


def test_standard_input(monkeypatch, capsys):
    data = text_of("json", faulty()).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["convert", "-", "--to", "json"]) == 0
    assert capsys.readouterr().out.encode() == data


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["{saved}", "--to", "sarrif"], 2, "did you mean sarif?"),
        (["{saved}", "--to", "sarif", "--to", "json"], 2, "cannot both go to standard output"),
        (["{saved}", "--to", "sarif="], 2, "names no file"),
        (["{folder}/none.json", "--to", "sarif"], 3, "none.json: No such file or directory"),
        (["{folder}", "--to", "sarif"], 3, "Is a directory"),
        (["{folder}/other.json", "--to", "sarif"], 3, "its schema is 'careen.report/2', not careen.report/1"),
        (["{folder}/cut.json", "--to", "sarif"], 3, "not a report of Careen in JSON"),
    ],
)
def test_errors_are_one_clear_line(saved, tmp_path, capsys, arguments, code, text):
    document = json.loads(saved.read_text("utf-8"))
    (tmp_path / "other.json").write_text(json.dumps({**document, "schema": "careen.report/2"}), "utf-8")
    (tmp_path / "cut.json").write_bytes(saved.read_bytes()[:-9])
    assert main(["convert", *(part.format(saved=saved, folder=tmp_path) for part in arguments)]) == code
    out, error = capsys.readouterr()
    assert not out
    line, *hint = error.splitlines()
    assert line.startswith("careen: error: ")
    assert text in error
    assert len(hint) <= 1


def test_a_report_over_the_limit_is_not_read_whole(saved, monkeypatch, capsys):
    os.truncate(saved, 1 << 21)
    monkeypatch.setattr("careen.app.whole_report.MAX_BYTES", 1 << 20)
    assert main(["convert", str(saved), "--to", "table"]) == 3
    assert "over 1 MiB" in capsys.readouterr().err

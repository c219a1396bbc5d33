import io

import pytest

from careen.app.converting import report_in
from careen.errors import InputError
from careen.plugins import ReportOptions
from careen.reports.json import write
from tests.support.reports import usual


def saved():
    stream = io.StringIO()
    write(usual(), stream, ReportOptions())
    return stream.getvalue().encode()


def test_a_report_is_read_from_a_file_and_from_standard_input(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    path.write_bytes(saved())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(saved())))
    piped, named = report_in("-"), report_in(str(path))
    assert piped.findings == named.findings
    assert {finding.fingerprint for finding in named.findings} == {finding.fingerprint for finding in usual().findings}


@pytest.mark.parametrize(("place", "name"), [("-", "standard input"), ("{folder}/x", "x")])
def test_what_is_not_a_report_is_refused_by_its_name(tmp_path, monkeypatch, place, name):
    (tmp_path / "x").write_bytes(b"{}")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    with pytest.raises(InputError, match=f"{name}: not a report of Careen") as refused:
        report_in(place.format(folder=tmp_path))
    assert refused.value.hint


def test_a_file_of_another_encoding_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(saved().decode().encode("utf-16"))
    with pytest.raises(InputError, match="not a report of Careen"):
        report_in(str(tmp_path / "x"))

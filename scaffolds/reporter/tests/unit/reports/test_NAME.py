import io

from tests.support.reports import clean, usual

from careen.plugins import ReportOptions
from careen.reports.NAME import REPORTER


def written(report):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions())
    return stream.getvalue().splitlines()


def test_a_line_for_each_finding():
    """TODO: what a reader of the format relies on."""
    assert len(written(usual())) == 1 + len(usual().findings)


def test_a_report_without_findings():
    assert written(clean()) == ["coverage: assessed"]

import csv
import io
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace
from rich.console import Console

from careen.api import Report
from careen.api.report import MAX_ROWS
from careen.reports.csv import REPORTER
from tests.support.reports import hostile, usual
from tests.support.written import written


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))

    def handle_data(self, data):
        self.texts.append(data)


def test_rows_are_flat_and_those_of_csv():
    report = Report.of(usual())
    rows = report.to_rows()
    assert len(rows) == len(report.findings) > 1
    assert all(isinstance(value, str | int | float | bool | None) for row in rows for value in row.values())
    table = csv.DictReader(io.StringIO(written(REPORTER, report), newline=""))
    assert [row["fingerprint"] for row in rows] == [row["fingerprint"] for row in table]


def test_a_report_is_the_same_value_with_a_short_look():
    report = Report.of(usual())
    assert all(getattr(report, field) is getattr(usual(), field) for field in ("created",))
    assert report == Report.of(usual())
    text = repr(report)
    assert len(text) < 200
    assert text.startswith(f"<Report of {report.image.reference}: {len(report.findings)} findings, ")
    assert repr(replace(report, findings=report.findings[:1])).count("1 finding") == 1


def test_rich_shows_counts():
    console = Console(file=io.StringIO(), width=100)
    console.print(Report.of(usual()))
    assert "findings={" in console.file.getvalue()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\x1b[31m\u202e&lt;"])
def test_hostile_text_stays_text(text):
    report = Report.of(hostile(text))
    shown = Elements(report._repr_html_())
    assert {tag for tag, _ in shown.tags} == {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert all(attributes == [] for _, attributes in shown.tags)
    for text in (repr(report), *shown.texts):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_notebook_shows_the_first_findings_of_many():
    few = usual().findings
    report = Report.of(replace(usual(), findings=few * MAX_ROWS))
    html = report._repr_html_()
    assert html.count("<tr>") == MAX_ROWS + 1
    assert f"{len(few) * MAX_ROWS - MAX_ROWS} more findings" in html
    assert "<table>" not in Report.of(replace(usual(), findings=()))._repr_html_()

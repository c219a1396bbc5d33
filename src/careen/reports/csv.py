"""The findings as comma-separated values, one a row, for spreadsheets and scripts.

Columns keep their names and order; new ones are added at the end. Suppressed findings are not listed. Text that a
spreadsheet would calculate has an apostrophe before it, also after a semicolon, which separates cells in some countries.
**Source:** RFC 4180; OWASP, "CSV Injection".
"""

import csv
from typing import TextIO

from careen.model.report import Report
from careen.output.escape import visible
from careen.output.rows import COLUMNS, Cell, cells, rows_of
from careen.plugins import Reporter, ReportOptions
from careen.safety.pattern import pattern

CELL = 8000  # characters; a spreadsheet cuts them at 32,767
_FORMULA = pattern(r"(^|;)(\s*)(?=[=+\-@|%\uff1d\uff0b\uff0d\uff20])")


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(report, options.severities):
        writer.writerow(map(_cell, cells(row, report.image)))


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _FORMULA.sub(r"\1\2'", visible(value, CELL)) if isinstance(value, str) else str(value)


REPORTER = Reporter(
    name="csv",
    media_type="text/csv",
    write=write,
    description="findings for spreadsheets, one a row (RFC 4180)",
    with_coverage=False,
)

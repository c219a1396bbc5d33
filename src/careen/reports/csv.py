"""The findings as comma-separated values, one per row, for spreadsheets and scripts.

Columns keep their names and order; new ones are added at the end. Suppressed findings are not listed. Text that a
spreadsheet would calculate is made harmless (``output/spreadsheet``).
**Source:** RFC 4180.
"""

import csv
from typing import TextIO

from careen.model.report import Report
from careen.output.rows import COLUMNS, cells, rows_of
from careen.output.spreadsheet import cell_text
from careen.plugins import Reporter, ReportOptions


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(report, options.severities):
        writer.writerow(map(cell_text, cells(row, report.image)))


REPORTER = Reporter(
    name="csv",
    media_type="text/csv",
    write=write,
    description="findings for spreadsheets, one per row (RFC 4180)",
    with_coverage=False,
)

"""The findings as comma-separated values, one a row, for spreadsheets and scripts.

Columns keep their names and order; new ones are added at the end. Suppressed findings are not listed. Text that a
spreadsheet would calculate has an apostrophe before it, also after a semicolon, which separates cells in some countries.
**Source:** RFC 4180; OWASP, "CSV Injection".
"""

import csv
from collections.abc import Iterator
from typing import TextIO

from careen.model.report import Report
from careen.output.escape import visible
from careen.output.rows import Row, rows_of
from careen.plugins import Reporter, ReportOptions
from careen.safety.pattern import pattern

COLUMNS = (
    *("kind", "id", "severity", "risk", "title", "message", "package", "version", "purl", "path", "line", "layer"),
    *("fix_state", "fixed_in", "fix", "confidence", "aliases", "exploited", "epss", "fingerprint", "target", "digest"),
)
CELL = 8000  # characters; a spreadsheet cuts them at 32,767
_FORMULA = pattern(r"(^|;)(\s*)(?=[=+\-@|%\uff1d\uff0b\uff0d\uff20])")


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_cell, _values(row, report)) for row in rows_of(report, options.severities))


def _values(row: Row, report: Report) -> Iterator[object]:
    yield from (row.kind, row.id, row.severity, row.risk, row.title, row.message, row.package, row.version, row.purl)
    yield from ("; ".join(row.paths), row.line, row.layer, row.fix_state, "; ".join(row.fixed_in), row.advice)
    exploited = None if row.exploited is None else "yes" if row.exploited else "no"
    yield from (row.confidence, "; ".join(row.aliases), exploited, row.epss)
    yield from (row.fingerprint, report.image.reference, report.image.digest)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return _FORMULA.sub(r"\1\2'", visible(value, CELL)) if isinstance(value, str) else str(value)


REPORTER = Reporter(
    name="csv",
    media_type="text/csv",
    write=write,
    description="findings for spreadsheets, one a row (RFC 4180)",
    with_coverage=False,
)

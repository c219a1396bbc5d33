"""What a reporter writes, as text."""

import io

from careen.model.report import Report
from careen.plugins import Reporter, ReportOptions


def written(reporter: Reporter, report: Report, **options) -> str:
    stream = io.StringIO()
    reporter.write(report, stream, ReportOptions(**options))
    return stream.getvalue()

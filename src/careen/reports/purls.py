"""The packages as package URLs, one a line, in order; source packages and modules are qualifiers.

Findings have no place in this format. A package that several packages own, or that lies in several places, stands once.
**Source:** purl-spec (ECMA-427).
"""

from typing import TextIO

from careen.formats.packages.purl_package import full_purl
from careen.model.report import Report
from careen.plugins import Reporter, ReportOptions


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    for purl in sorted({full_purl(package) for package in report.inventory.packages}):
        stream.write(purl + "\n")


REPORTER = Reporter(
    name="purls",
    media_type="text/plain",
    write=write,
    description="the packages alone, as package URLs, one a line",
)

"""The packages as package URLs, one on each line, sorted; source packages and modules are qualifiers.

The format has no findings. A package with several owners or places is listed once.
**Source:** purl-spec (ECMA-427).
"""

from typing import TextIO

from careen.formats.packages.purl_package import full_purl
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.summary import merged
from careen.plugins import Reporter, ReportOptions


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    for purl in sorted({full_purl(package) for _, package in merged(report.inventory.packages)}):
        stream.write(visible(purl, len(purl)) + "\n")


REPORTER = Reporter(
    name="purls",
    media_type="text/plain",
    write=write,
    description="only the packages, as package URLs, one per line",
    with_places=False,
    with_coverage=False,
)

"""TODO: what the format NAME is for, and who reads it.

Shape: TODO: a line for each finding: severity, id, what it is about; the coverage comes first.
**Source:** TODO: the document that describes the format.
"""

from typing import TextIO

from careen.model.finding import Finding, Vulnerability
from careen.model.report import Report
from careen.output.escape import visible
from careen.plugins import Reporter, ReportOptions


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    stream.write(f"coverage: {report.coverage.verdict}\n")
    for finding in sorted(report.findings, key=lambda finding: finding.fingerprint):
        stream.write(" ".join(map(visible, (finding.severity, finding.id, *_about(finding)))) + "\n")


def _about(finding: Finding) -> tuple[str, ...]:
    if isinstance(finding, Vulnerability):
        return finding.package_name, finding.package_version
    place = getattr(finding, "location", None)  # kinds of findings are open: a new one may have no place
    about = getattr(finding, "message", "") or getattr(finding, "match", "") or getattr(finding, "title", "")
    return f"{place.path}:{place.line or ''}" if place else "", about


REPORTER = Reporter(
    name="NAME",
    media_type="text/plain",  # TODO: its media type
    write=write,
    description="TODO: what it is, for the help",
)

"""The packages and their vulnerabilities as a CycloneDX SBOM in JSON (``components.cyclonedx``)."""

from typing import TextIO

from careen.components.cyclonedx import DEFAULT, document
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.plugins import Reporter, ReportOptions


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, options.severities, options.spec_version or DEFAULT), stream)


REPORTER = Reporter(
    name="cyclonedx",
    media_type="application/vnd.cyclonedx+json; version=1.6",
    write=write,
    description="packages and vulnerabilities as an SBOM (CycloneDX 1.6)",
    with_places=False,
    with_details=True,
)

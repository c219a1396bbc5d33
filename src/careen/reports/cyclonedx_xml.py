"""The packages and their vulnerabilities as a CycloneDX SBOM in XML (``components.cyclonedx_xml``)."""

from typing import TextIO

from careen.components.cyclonedx import DEFAULT, document
from careen.components.cyclonedx_xml import as_xml
from careen.model.report import Report
from careen.plugins import Reporter, ReportOptions


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    stream.write(as_xml(document(report, options.severities, options.spec_version or DEFAULT)))


REPORTER = Reporter(
    name="cyclonedx-xml",
    media_type="application/vnd.cyclonedx+xml; version=1.6",
    write=write,
    description="packages and vulnerabilities as an SBOM (CycloneDX 1.6 in XML)",
    with_places=False,
    with_details=True,
)

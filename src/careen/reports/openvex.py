"""The vulnerabilities as an OpenVEX 0.2.0 document: which packages of the image they affect, and which not.

The document of a report without vulnerabilities has no statements. The schema requires one, but readers of OpenVEX accept such
a document. Identifier and time stamp are those of the report, so that one report always makes the same document.
**Source:** OpenVEX specification 0.2.0.
"""

from typing import TextIO

from careen.formats.vex.openvex import document
from careen.formats.vex.reported import statements
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.plugins import Reporter, ReportOptions

AUTHOR = "careen"


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    stated = statements(report, options.severities)
    write_json(document(stated, AUTHOR, report.created, report.image.digest or report.image.reference), stream)


REPORTER = Reporter(
    name="openvex",
    media_type="application/vnd.openvex+json",
    write=write,
    description="which vulnerabilities affect the image, and which not (OpenVEX 0.2.0)",
    with_places=False,
    with_coverage=False,
)

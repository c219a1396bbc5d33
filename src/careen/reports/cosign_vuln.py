"""The report as cosign's predicate of a vulnerability scan, which ``cosign attest --type vuln`` signs.

Shape: ``invocation``, ``scanner`` with its database and ``result``, the whole report as ``careen.report/1``, and ``metadata``.
The report does not state what started the scan: ``invocation`` is empty. Start and end are its time stamp.
**Source:** cosign, specs/COSIGN_VULN_ATTESTATION_SPEC.md (predicate type https://cosign.sigstore.dev/attestation/vuln/v1).
"""

from io import StringIO
from typing import Any, TextIO

from msgspec import Raw

from careen import __version__
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.plugins import Reporter, ReportOptions, plugin

URI = "pkg:pypi/careen"


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(predicate(report, options), stream)


def predicate(report: Report, options: ReportOptions) -> dict[str, Any]:
    database = report.database
    return {
        "invocation": {"parameters": None, "uri": "", "event_id": "", "builder.id": ""},
        "scanner": {
            "uri": URI,
            "version": __version__,
            "db": {"uri": "", "version": database.built if database else ""},
            "result": _result(report, options),
        },
        "metadata": {"scanStartedOn": report.created, "scanFinishedOn": report.created},
    }


def _result(report: Report, options: ReportOptions) -> Raw:
    whole = StringIO()
    plugin("careen.reports", "json", "REPORTER").write(report, whole, options)
    return Raw(whole.getvalue().encode())


REPORTER = Reporter(
    name="cosign-vuln",
    media_type="application/vnd.careen.cosign-vuln+json",
    write=write,
    description="the JSON report as predicate of an attestation (cosign, type vuln)",
)

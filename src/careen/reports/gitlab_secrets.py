"""The exposed secrets as GitLab's secret detection report; what it shows of a secret is redacted.

**Source:** GitLab, secret-detection-report-format 15.0.7.
"""

from typing import Any, TextIO

from careen.model.finding import ExposedSecret
from careen.model.report import Report
from careen.output.gitlab_report import entry, security_report, short
from careen.output.json_text import write_json
from careen.output.summary import secrets
from careen.plugins import Reporter, ReportOptions

NO_COMMIT = "0000000"  # GitLab wants one: its own analyzer writes this outside of a repository


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    found = [
        finding for finding in secrets(report.findings) if not options.severities or finding.severity in options.severities
    ]
    write_json(security_report(report, "secret_detection", [_secret(finding) for finding in found]), stream)


def _secret(finding: ExposedSecret) -> dict[str, Any]:
    title, location = finding.title or finding.id, finding.location
    deleted = " A later layer deletes the file, but everybody who can pull the image can read it." if finding.deleted else ""
    id = short(finding.id, 255) or "secret"
    identifier = {"type": "careen_secret", "name": f"Careen secret {id}"[:255], "value": id}
    start = location.line or 1
    where = {
        "file": location.path or "unknown",
        "commit": {"sha": NO_COMMIT},
        "start_line": start,
        "end_line": max(location.end_line or start, start),
    }
    made = entry(finding, title, f"{title}: {finding.match}.{deleted}", [identifier])
    return made | {
        "solution": "Revoke the credential, and build the image without it.",
        "location": where,
        "raw_source_code_extract": short(finding.match, 1000),
    }


REPORTER = Reporter(
    name="gitlab-secrets",
    media_type="application/vnd.gitlab.secret-detection+json",
    write=write,
    description="exposed secrets for GitLab (secret detection report 15.0)",
    with_places=False,
)

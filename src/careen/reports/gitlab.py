"""The vulnerabilities as GitLab's container scanning report. **Source:** GitLab, container-scanning-report-format 15.0.7."""

from typing import TextIO

from careen.model.report import Report
from careen.output.gitlab_report import security_report, short, vulnerability
from careen.output.json_text import write_json
from careen.output.summary import vulnerabilities
from careen.plugins import Reporter, ReportOptions
from careen.safety.pattern import pattern

_IMAGE = pattern(r"[^:]+(?::\d+[^:]*)?:[^:]+(?::[^:]+)?")


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    found = [
        finding
        for finding in vulnerabilities(report.findings)
        if not options.severities or finding.severity in options.severities
    ]
    where = {"operating_system": _operating_system(report), "image": _image(report.image.reference)}
    entries = [
        vulnerability(
            finding,
            {
                "dependency": {
                    "package": {"name": short(finding.package_name, 255) or "unknown"},
                    "version": short(finding.package_version, 255) or "unknown",
                },
                **where,
            },
        )
        for finding in found
    ]
    write_json(security_report(report, "container_scanning", entries), stream)


def _operating_system(report: Report) -> str:
    distribution = report.inventory.distribution
    return short(f"{distribution.id} {distribution.version}".strip(), 255) if distribution else "unknown"


def _image(reference: str) -> str:
    """The name of the image as GitLab requires it, with a tag or a digest: ``:latest`` follows a name without either."""
    name = short(reference, 240)
    return name if _IMAGE.fullmatch(name) else f"{name.replace(':', '_') or 'image'}:latest"


REPORTER = Reporter(
    name="gitlab",
    media_type="application/vnd.gitlab.container-scanning+json",
    write=write,
    description="vulnerabilities for GitLab (container scanning report 15.0)",
    with_places=False,
)

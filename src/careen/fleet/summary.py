"""The columns of an image's row that come from its report."""

from careen.formats.images.base import base_of
from careen.model.finding import ExposedSecret, Misconfiguration, Vulnerability
from careen.model.report import Report


def summary_of(report: Report) -> dict[str, object]:
    """The values of the columns of ``image`` that come from its report."""
    found = [finding for finding in report.findings if isinstance(finding, Vulnerability)]
    counted = [finding for finding in found if finding.confidence != "possible"]
    by_severity = dict.fromkeys(("critical", "high", "medium", "low", "unrated"), 0)
    for finding in counted:
        by_severity[finding.severity if finding.severity in by_severity else _other(finding.severity)] += 1
    distribution, base = report.inventory.distribution, report.base or base_of(report.image)
    return {
        **by_severity,
        "distribution": f"{distribution.id} {distribution.version}".strip() if distribution else "",
        "base": ((base.reference if base else None) or "")[:300],  # the length that the index allows
        "base_digest": ((base.digest if base else None) or "")[:150],
        "packages": len(report.inventory.packages),
        "coverage": report.coverage.verdict,
        "exit_code": report.verdict.exit_code,
        "risk": max((int(finding.risk * 1000) for finding in counted), default=0),
        "fixable": sum(finding.fix.state == "fixed" for finding in counted),
        "exploited": sum(bool(finding.kev) for finding in counted),
        "misconfigurations": sum(isinstance(finding, Misconfiguration) for finding in report.findings),
        "secrets": sum(isinstance(finding, ExposedSecret) for finding in report.findings),
        "assessed_by": report.database.built if report.database else "",
    }


def _other(severity: str) -> str:
    return "low" if severity == "negligible" else "unrated"

"""What a template can use, as docs/templates.md lists it: names may be added, none is removed or changed."""

from typing import Any

import msgspec

from careen import __version__
from careen.model.report import Report
from careen.output.embedding import shown
from careen.output.escape import web_link
from careen.output.first_steps import first_steps
from careen.output.outcome import exit_line, rule_line
from careen.output.rows import row_of
from careen.output.summary import build_step, by_severity, merged, ordered, settled

LONGEST = 4000  # characters of one text


def values_of(report: Report, severities: frozenset[str] | None) -> dict[str, Any]:
    findings = [finding for finding in ordered(report.findings) if not severities or finding.severity in severities]
    rows = [_finding(finding, report) for finding in findings]
    distribution, verdict = report.inventory.distribution, report.verdict
    by_purl: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_purl.setdefault(row["purl"], []).append(row)
    whole = {
        "tool": {"name": "careen", "version": __version__},
        "created": report.created,
        "target": {
            "reference": report.image.reference,
            "kind": report.image.kind,
            "digest": report.image.digest,
            "platform": str(report.image.platform or ""),
            "distribution": (distribution.pretty_name or f"{distribution.id} {distribution.version}") if distribution else "",
            "end_of_life": report.end_of_life or "",
        },
        "verdict": {
            "passed": verdict.passed,
            "exit_code": verdict.exit_code,
            "text": exit_line(report),
            "rules": [{"text": rule_line(rule, verdict), "passed": rule.passed} for rule in verdict.rules],
        },
        "coverage": {
            "verdict": report.coverage.verdict,
            "packages": report.coverage.packages,
            "assessed_packages": report.coverage.assessed_packages,
            "reasons": [
                {"code": reason.code, "detail": reason.detail, "packages": reason.packages}
                for reason in report.coverage.reasons
            ],
        },
        "compared": {
            "baseline": report.compared.baseline, "new": report.compared.new, "same": report.compared.same,
            "gone": [_finding(entry.finding, report) for entry in report.compared.gone],
        } if report.compared else None,
        "totals": by_severity(report.findings) | {"all": len(report.findings)},
        "steps": [
            {
                "title": step.title, "detail": step.detail, "command": "\n".join(step.commands),
                "removes": step.removes, "certain": step.certain,
            }
            for step in first_steps(report)
        ],
        "findings": rows,
        "packages": [
            {
                "type": package.type, "name": package.name, "version": package.version, "purl": purl,
                "licenses": package.licenses, "path": package.evidence[0].path if package.evidence else "",
                "layer": package.evidence[0].layer if package.evidence else None, "findings": by_purl.get(purl, []),
            }
            for purl, package in merged(report.inventory.packages)
        ],
        "layers": [
            {"index": layer.index, "digest": layer.digest, "step": build_step(layer.created_by), "size_bytes": layer.size_bytes}
            for layer in report.image.layers
        ],
        "suppressed": [
            {"finding": _finding(entry.finding, report), "by": entry.by.kind, "reason": entry.by.reason}
            for entry in settled(report.suppressed)
        ],
    }  # fmt: skip
    values: dict[str, Any] = shown(whole, LONGEST)
    return values


def _finding(finding: Any, report: Report) -> dict[str, Any]:
    """The values of a finding: the fields of the row that all formats list, and all fields of its kind in ``details``."""
    row = row_of(finding, report.image)
    advisories = getattr(finding, "advisories", ())
    return msgspec.structs.asdict(row) | {
        "subject": row.subject,
        "path": row.path,
        "place": row.place,
        "what": row.what,
        "remedy": row.remedy,
        "link": next((link for advisory in advisories if (link := web_link(advisory.url))), ""),
        "details": msgspec.to_builtins(finding),
    }

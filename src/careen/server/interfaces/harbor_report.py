"""A report in the form of Harbor's scanner adapter: vulnerabilities, or an SBOM.

Harbor stores a vulnerability once for each id, package and version, so that copies are merged. A reason why something was
not assessed becomes an item of severity Unknown. Suppressed findings are left out.
**Source:** Harbor Pluggable Scanner Adapter API 1.2, HarborVulnerabilityReport and HarborSbomReport.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from careen import __version__
from careen.model.advisory import SEVERITIES, Cvss
from careen.model.finding import Vulnerability
from careen.model.report import Reason, Report
from careen.output.escape import visible, web_link
from careen.output.summary import vulnerabilities

from .gaps import gaps_of, id_of

SCANNER = {"name": "Careen", "vendor": "Careen", "version": __version__}
SPDX, CYCLONEDX = "application/spdx+json", "application/vnd.cyclonedx+json"
_STATUS = {"fixed": "fixed", "open": "affected", "wont_fix": "will_not_fix", "deferred": "fix_deferred"}
_RANK = {severity.capitalize(): rank for rank, severity in enumerate(SEVERITIES)}
MAX_PATHS = 20


class Artifact(Struct, frozen=True, omit_defaults=True):
    repository: str
    digest: str
    tag: str = ""
    mime_type: str = ""


def vulnerability_report(report: Report, artifact: Artifact) -> dict[str, Any]:
    groups: dict[tuple[str, str, str], list[Vulnerability]] = {}
    for finding in vulnerabilities(report.findings):
        shown = visible(finding.id), visible(finding.package_name), visible(finding.package_version)
        groups.setdefault(shown, []).append(finding)
    items = [_item(group, report) for group in groups.values()]
    items += [_gap(reason, report) for reason in gaps_of(report)]
    return {
        "generated_at": report.created,
        "artifact": artifact,
        "scanner": SCANNER,
        "severity": min((item["severity"] for item in items), key=lambda name: _RANK[name], default="Unknown"),
        "vulnerabilities": items,
    }


def sbom_report(report: Report, artifact: Artifact, media_type: str) -> dict[str, Any]:
    if media_type == SPDX:
        from careen.reports.spdx import document

        sbom = document(report)
    else:
        from careen.components.cyclonedx import DEFAULT
        from careen.components.cyclonedx import document as cyclonedx

        sbom = cyclonedx(report, None, DEFAULT)
    return {
        "generated_at": report.created,
        "artifact": artifact,
        "scanner": SCANNER,
        "vendor_attributes": {"coverage": report.coverage.verdict},
        "media_type": media_type,
        "sbom": sbom,
    }


def _item(group: list[Vulnerability], report: Report) -> dict[str, Any]:
    """The item for a group of copies, of which the first is the most important."""
    first = group[0]
    links = [link for entry in first.advisories if (link := web_link(entry.url))]
    cvss = _preferred(first.cvss)
    return {
        "id": visible(first.id),
        "package": visible(first.package_name),
        "version": visible(first.package_version),
        "fix_version": visible(", ".join(first.fix.versions)) if first.fix.state == "fixed" else "",
        "severity": first.severity.capitalize(),
        "status": _STATUS.get(first.fix.state, first.fix.state),
        "description": visible(first.summary or first.reason),
        "links": list(dict.fromkeys(links)),
        **({"preferred_cvss": cvss} if cvss else {}),
        "cwe_ids": [visible(weakness.id) for weakness in first.weaknesses],
        "vendor_attributes": {**_scores(first.cvss), **_more(group, report)},
    }


def _more(group: list[Vulnerability], report: Report) -> dict[str, Any]:
    first = group[0]
    layer = next((layer for layer in report.image.layers if layer.index == first.layer), None)
    return {
        "aliases": [visible(alias) for alias in first.aliases],
        "confidence": first.confidence,
        "reason": visible(first.reason),
        "risk": first.risk,
        "known_exploited": first.kev,
        **({"epss": first.epss.score} if first.epss else {}),
        **({"layer": {"digest": layer.digest, "diff_id": layer.diff_id}} if layer else {}),
        "paths": [visible(path) for path in sorted({path for copy in group for path in copy.paths})[:MAX_PATHS]],
        "purls": [visible(purl) for purl in sorted({copy.package for copy in group})[:MAX_PATHS]],
    }


def _gap(reason: Reason, report: Report) -> dict[str, Any]:
    return {
        "id": id_of(reason),
        "package": "(this image)",
        "version": "",
        "fix_version": "",
        "severity": "Unknown",
        "status": "unknown",
        "description": visible(f"Not assessed: {reason.detail}"),
        "links": [],
        "cwe_ids": [],
        "vendor_attributes": {"code": reason.code, "coverage": report.coverage.verdict, "packages": reason.packages},
    }


def _preferred(scores: Iterable[Cvss]) -> dict[str, Any]:
    """The first score of each CVSS version; the scores are ordered by preference of their sources."""
    found: dict[str, Any] = {}
    for score in scores:
        number = _major(score)
        if number and f"score_v{number}" not in found:
            found[f"score_v{number}"], found[f"vector_v{number}"] = score.score, visible(score.vector)
    return found


def _scores(scores: Iterable[Cvss]) -> dict[str, Any]:
    """The CVSS scores by source, in the form that Harbor reads."""
    found: dict[str, dict[str, Any]] = {}
    for score in scores:
        if number := _major(score):
            values = found.setdefault(visible(score.source), {})
            values.setdefault(f"V{number}Score", score.score)
            values.setdefault(f"V{number}Vector", visible(score.vector))
    return {"CVSS": found} if found else {}


def _major(score: Cvss) -> str:
    """The major version of a score, "2" or "3"; "" for others, which Harbor does not support."""
    number = score.version.partition(".")[0]
    return number if number in ("2", "3") else ""

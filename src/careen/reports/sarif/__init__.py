"""The findings as SARIF 2.1.0, for code-scanning views.

Locations are paths inside the image, which do not change with its tag, or files of the source tree with their lines
(``careen check``). The run's properties name the image. The fingerprint identifies an alert from build to build.
**Source:** OASIS Static Analysis Results Interchange Format 2.1.0, sections 3.14 (run), 3.17 (runAutomationDetails), 3.27
(result), 3.35 (suppression).
"""

from typing import Any, TextIO
from urllib.parse import quote

import msgspec

from careen import __version__
from careen.model.finding import BehaviourFinding, ExposedSecret, Finding, Location, Suppressed, Vulnerability
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.image_name import lasting_name
from careen.output.json_text import write_json
from careen.output.lines import joined
from careen.output.outcome import exit_line
from careen.output.rows import LEVELS
from careen.output.summary import build_step, by_severity, ordered, settled
from careen.plugins import Reporter, ReportOptions

from .rules import rules_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

BASES = {"IMAGE": "the root of the image's file system", "%SRCROOT%": "the folder in which careen was run"}


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, options), stream)


def document(report: Report, options: ReportOptions) -> dict[str, Any]:
    listed = [
        finding for finding in ordered(report.findings) if not options.severities or finding.severity in options.severities
    ]
    suppressed = settled(report.suppressed)
    rules = rules_of([*listed, *(entry.finding for entry in suppressed)])
    index_by_id = {rule["id"]: index for index, rule in enumerate(rules)}
    base = "%SRCROOT%" if report.image.kind == "files" else "IMAGE"
    results = [_result(finding, index_by_id, base) for finding in listed]
    results += [_result(entry.finding, index_by_id, base) | {"suppressions": [_suppression(entry)]} for entry in suppressed]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, rules, results, base)]}


def _run(report: Report, rules: list[dict[str, Any]], results: list[dict[str, Any]], base: str) -> dict[str, Any]:
    image = report.image
    notes: list[dict[str, Any]] = [
        {"level": "warning", "message": {"text": f"{reason.code}: {reason.detail}"}} for reason in report.coverage.reasons
    ]
    notes += [
        {
            "level": "warning",
            "message": {"text": f"{unknown.cataloger} could not read this: {unknown.reason}"},
            "locations": [_location(unknown.evidence.path, base)],
        }
        for unknown in report.unknowns
    ]
    return {
        "tool": {"driver": {"name": "careen", "semanticVersion": __version__, "rules": rules}},
        "automationDetails": {"id": f"careen/{quote(lasting_name(image), safe='/:.-', errors='replace')}/"},
        "invocations": [
            {
                "executionSuccessful": report.verdict.exit_code != 3,
                "exitCode": report.verdict.exit_code,
                "exitCodeDescription": exit_line(report),
                "endTimeUtc": report.created,
                "toolExecutionNotifications": notes,
            }
        ],
        "originalUriBaseIds": {base: {"description": {"text": BASES[base]}}},
        "properties": {
            "imageReference": image.reference,
            "imageDigest": image.digest,
            "platform": str(image.platform) if image.platform else None,
            "coverage": report.coverage.verdict,
            "totals": by_severity(report.findings),
            "rules": msgspec.to_builtins(report.verdict.rules),
            **({"behaviour": msgspec.to_builtins(report.behaviour)} if report.behaviour else {}),
            "layers": [visible(build_step(layer.created_by), 500) for layer in image.layers],
        },
        "results": results,
        "columnKind": "unicodeCodePoints",
    }


def _result(finding: Finding, index_by_id: dict[str, int], base: str) -> dict[str, Any]:
    if isinstance(finding, Vulnerability):
        message, places, properties = _of_vulnerability(finding, base)
    else:
        message, places, properties = _of_place(finding, base)
    return {
        "ruleId": finding.id,
        "ruleIndex": index_by_id[finding.id],
        "level": LEVELS[finding.severity],
        "message": {"text": visible(message, 1000)},
        "locations": places,
        "partialFingerprints": {"careenFingerprint/v1": finding.fingerprint},
        "properties": properties,
    }


def _of_vulnerability(finding: Vulnerability, base: str) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    fix = f"fixed in {', '.join(finding.fix.versions)}" if finding.fix.versions else f"fix: {finding.fix.state}"
    places = [_location(path, base, finding.package) for path in finding.paths or ("",)]
    if location := finding.location:
        places = [_location(location.path, base, finding.package, location.line, location.end_line)]
    properties = {
        "purl": finding.package,
        "reason": finding.reason,
        "severity": finding.severity,
        "risk": finding.risk,
        "kev": finding.kev,
        "exploit": finding.exploit,
        "epss": finding.epss.score if finding.epss else None,
        "layer": finding.layer,
        "fixState": finding.fix.state,
        "fixedVersions": list(finding.fix.versions),
        **({"paidFix": finding.paid_fix} if finding.paid_fix else {}),
    }
    return f"{finding.id} in {finding.subject}, {fix}", places, properties


def _of_place(finding: Finding, base: str) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """A finding of any kind: fields that its kind does not have are left out."""
    location = getattr(finding, "location", None) or Location("")
    places = [_location(location.path, base, line=location.line, end_line=location.end_line)]
    properties: dict[str, Any] = {"severity": finding.severity, "layer": getattr(finding, "layer", None)}
    if isinstance(finding, ExposedSecret):
        deleted = ", deleted by a later layer" if finding.deleted else ""
        more = [place.location for place in finding.places]
        places += [_location(place.path, base, line=place.line, end_line=place.end_line) for place in more]
        properties |= {"deleted": finding.deleted, "confidence": finding.confidence}
        return f"{finding.title}: {finding.match}{deleted}", places, properties
    if isinstance(finding, BehaviourFinding):
        properties |= {"confidence": finding.confidence, "evidence": [visible(text) for text in finding.evidence]}
    return joined(getattr(finding, "title", "") or finding.id, getattr(finding, "message", "")), places, properties


def _location(path: str, base: str, purl: str = "", line: int | None = None, end_line: int | None = None) -> dict[str, Any]:
    region = {"startLine": line or 1} | ({"endLine": end_line} if line and end_line and end_line > line else {})
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path, safe="/", errors="replace") or ".", "uriBaseId": base},
            "region": region,
        }
    }
    return location | ({"logicalLocations": [{"fullyQualifiedName": purl, "kind": "module"}]} if purl else {})


def _suppression(one: Suppressed) -> dict[str, Any]:
    kind = "inSource" if one.by.kind == "comment" else "external"
    return {"kind": kind, "status": "accepted", "justification": f"{one.by.kind} ({one.by.source}): {one.by.reason}"}


REPORTER = Reporter(
    name="sarif",
    media_type="application/sarif+json",
    write=write,
    description="findings for code-scanning views (SARIF 2.1.0)",
)

"""The parts that all of GitLab's security reports share: the scan with its gaps, and the fields of each finding.

They follow GitLab's documentation of the fields; no schema has validated them.
Ids are made of the fingerprints, so a finding keeps its id from build to build. GitLab shows descriptions as Markdown: text of
an image or a feed has no meaning in it.
**Source:** GitLab, "Security report schemas" 15.0.7, and "Security scanner integration".
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from careen import __version__
from careen.model.advisory import Severity
from careen.model.finding import Finding, Vulnerability
from careen.model.report import Report
from careen.safety.pattern import pattern

from .escape import visible, web_link
from .lines import plural
from .markdown import plain
from .solution import solution

VERSION = "15.0.7"
SEVERITIES: dict[Severity, str] = {
    "critical": "Critical",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "negligible": "Info",
    "unknown": "Unknown",
}
MAX_IDENTIFIERS = 20
_SHOWN = 100  # files that could not be read
_PREFIX = pattern(r"[A-Za-z]{2,20}(?=-)")
_CVE, _GHSA = pattern(r"CVE-[0-9]{4}-[0-9]{4,}"), pattern(r"GHSA(?:-[0-9a-z]{4}){3}")
_TOOL = {"id": "careen", "name": "Careen", "version": __version__, "vendor": {"name": "Careen"}}


def security_report(report: Report, type: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """A report of this type. The messages of its scan state what was not assessed, and how many findings are not
    among the entries."""
    complete = report.verdict.exit_code != 3 and report.coverage.verdict != "not_assessed"
    when = report.created[:19]  # without a time zone, in UTC
    return {
        "version": VERSION,
        "scan": {
            "analyzer": _TOOL,
            "scanner": _TOOL,
            "type": type,
            "start_time": when,
            "end_time": when,
            "status": "success" if complete else "failure",
            "messages": [{"level": level, "value": short(text, 1000)} for level, text in _messages(report, len(entries))],
        },
        "vulnerabilities": entries,
    }


def _messages(report: Report, entries: int) -> Iterator[tuple[str, str]]:
    coverage, unknowns = report.coverage, report.unknowns
    yield "info" if coverage.verdict == "assessed" else "warn", f"coverage: {coverage.verdict}"
    yield from (("warn", f"{reason.code}: {reason.detail}") for reason in coverage.reasons)
    for unknown in unknowns[:_SHOWN]:
        yield "warn", f"{unknown.cataloger} could not read {unknown.evidence.path}: {unknown.reason}"
    if len(unknowns) > _SHOWN:
        yield "warn", f"and {plural(len(unknowns) - _SHOWN, 'file')} more that could not be read"
    if others := len(report.findings) - entries:
        yield "info", f"not in this report: {plural(others, 'finding')} of other kinds, packages or severities"
    if report.suppressed:
        yield "info", f"not in this report: {plural(len(report.suppressed), 'suppressed finding')}"


def entry(finding: Finding, name: str, text: str, identifiers: Sequence[dict[str, str]]) -> dict[str, Any]:
    """The fields that findings of all kinds have."""
    return {
        "id": str(uuid5(NAMESPACE_URL, f"careen:{finding.fingerprint}".encode(errors="replace").decode())),
        "name": short(name, 255),
        "description": plain(text, 10_000),
        "severity": SEVERITIES[finding.severity],
        "identifiers": list(identifiers[:MAX_IDENTIFIERS]),
    }


def vulnerability(finding: Vulnerability, location: dict[str, Any]) -> dict[str, Any]:
    name = f"{finding.id} in {finding.subject}"
    by_id = {advisory.id: url for advisory in finding.advisories if (url := web_link(advisory.url))}
    weaknesses = [weakness.id for weakness in finding.weaknesses]
    ids = dict.fromkeys(filter(None, (finding.id, *finding.aliases, *weaknesses)))
    links = sorted({url for advisory in finding.advisories if (url := web_link(advisory.url))})
    made = entry(finding, name, finding.summary or name, [_identifier(id, by_id.get(id)) for id in ids])
    made |= {
        "solution": short(solution(finding), 7000),
        "links": [{"url": link} for link in links],
        "location": location,
        "details": dict(_details(finding)),
    }
    return made


def _details(finding: Vulnerability) -> Iterator[tuple[str, dict[str, Any]]]:
    scores = [f"{cvss.vector} {cvss.score:.1f} ({cvss.source})" for cvss in finding.cvss]
    yield "match", {"name": "Match", **_text(f"{finding.reason} ({finding.confidence})")}
    yield "risk", {"name": "Risk", **_text(f"{finding.risk:.1f} of 100")}
    if finding.epss:
        yield "epss", {"name": "EPSS", **_text(f"{finding.epss.score:.1%} within 30 days")}
    if finding.kev:
        yield "kev", {"name": "Exploited", **_text("yes, by CISA's catalogue")}
    for key, name, values in (("cvss", "CVSS", scores), ("paths", "Files", finding.paths)):
        if items := [_text(value) for value in values[:_SHOWN] if value]:
            yield key, {"name": name, "type": "list", "items": items}


def _text(value: str) -> dict[str, str]:
    return {"type": "text", "value": short(value, 1000)}


def _identifier(id: str, link: str | None) -> dict[str, str]:
    """An identifier, whose type is the prefix of the id, as in GitLab: ``cve``, ``ghsa``, ``cwe``, ``usn``."""
    prefix = _PREFIX.match(id)
    value = id.removeprefix("CWE-") if id.startswith("CWE-") else id
    shown = short(id, 255)
    made = {"type": prefix[0].lower() if prefix else "careen", "name": shown, "value": short(value, 255) or shown}
    return made | ({"url": url} if (url := _link(id) or link) else {})


def _link(id: str) -> str | None:
    if _CVE.fullmatch(id):
        return f"https://www.cve.org/CVERecord?id={id}"
    if _GHSA.fullmatch(id):
        return f"https://github.com/advisories/{id}"
    return None


def short(text: str, limit: int) -> str:
    """Visible text of at most ``limit`` characters; an escape counts with its own length."""
    return visible(text, limit)[:limit]

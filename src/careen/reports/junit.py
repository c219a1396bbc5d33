"""The findings as JUnit XML, for the test views of Jenkins, GitLab and others.

A suite is a package or a file, and a case a finding: it fails, or it is skipped if a rule or a VEX statement suppresses
it. Before them are what was assessed, and the rules of the gate if there are any. The type of a failure is its severity.
**Source:** the schema of Apache Ant's JUnit task as Jenkins (junit-10.xsd) reads it: elements, attributes and their order;
GitLab, "Unit test reports" (names are compared between branches, so that of a case has neither a line nor a version).
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from careen import __version__
from careen.model.finding import SuppressedBy
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.lines import joined
from careen.output.outcome import exit_line, rule_line
from careen.output.rows import Row, row_of, rows_of
from careen.output.summary import settled
from careen.plugins import Reporter, ReportOptions

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Case = tuple[Row, SuppressedBy | None]
OUTCOMES = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    from xml.etree.ElementTree import Element, indent, tostring

    root = Element("testsuites", name=f"careen {visible(report.image.reference, 500)}")
    rules = [_of_rules(report)] if report.verdict.rules else []
    suites = [_of_coverage(report), *rules, *_of_findings(report, options)]
    root.extend(suites)
    for suite in suites:
        _count(suite)
    _count(root)
    indent(root)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n")


def _of_coverage(report: Report) -> "Element":
    """The suite about the coverage: an image that was not assessed is an error, and a gap is a skipped test, because it may be
    accepted.
    """
    coverage, image = report.coverage, report.image
    facts = (("tool", f"careen {__version__}"), ("image", image.reference), ("digest", image.digest))
    platform = str(image.platform) if image.platform else ""
    suite = _suite("coverage", report, (*facts, ("platform", platform), ("outcome", exit_line(report))))
    outcome = {"assessed": "", "not_assessed": "error"}.get(coverage.verdict, "skipped")
    case = _case(suite, "assessed", "coverage", outcome, coverage.verdict)
    reasons = "\n".join(visible(f"{reason.code}: {reason.detail}", 500) for reason in coverage.reasons)
    if outcome == "error":
        case[0].text = reasons
    elif reasons:
        _add(case, "system-out").text = reasons
    return suite


def _of_rules(report: Report) -> "Element":
    suite = _suite("policy", report, ())
    for rule in report.verdict.rules:
        _case(suite, rule.rule, "policy", "" if rule.passed else "failure", rule_line(rule, report.verdict), "policy")
    return suite


def _of_findings(report: Report, options: ReportOptions) -> Iterator["Element"]:
    cases: list[Case] = [(row, None) for row in rows_of(report, options.severities)]
    cases += [(row_of(entry.finding, report.image), entry.by) for entry in settled(report.suppressed)]
    groups: dict[tuple[str, str], list[Case]] = {}
    for row, by in cases:
        groups.setdefault((row.subject, row.purl), []).append((row, by))
    for (name, purl), group in groups.items():
        suite = _suite(name or "image", report, (("purl", purl), ("paths", "; ".join(group[0][0].paths))))
        for row, by in group:
            _finding(suite, row, by)
        yield suite


def _finding(suite: "Element", row: Row, by: SuppressedBy | None) -> None:
    title, name = joined(row.id, row.what), row.package or row.path or "image"
    if by:
        _case(suite, title, name, "skipped", f"{row.severity}, suppressed by {by.kind} ({by.source}): {by.reason}")
        return
    case = _case(
        suite, title, name, "failure", joined(row.id, row.subject if row.package else row.place, row.remedy), row.severity
    )
    facts = (
        ("Severity", row.severity),
        ("Risk", "" if row.risk is None else f"{row.risk:.1f} of 100"),
        ("Place", row.place),
        ("Layer", "" if row.layer is None else str(row.layer)),
        ("Fix", row.remedy),
        ("Confidence", row.confidence),
        ("Fingerprint", row.fingerprint),
    )
    case[0].text = "\n".join(f"{fact}: {visible(value, 1000)}" for fact, value in facts if value)


def _suite(name: str, report: Report, properties: Iterable[tuple[str, str]]) -> "Element":
    from xml.etree.ElementTree import Element

    suite = Element("testsuite", name=visible(name, 500), timestamp=visible(report.created.removesuffix("Z"), 40))
    listed = [(key, value) for key, value in properties if value]
    if listed:
        group = _add(suite, "properties")
        for key, value in listed:
            _add(group, "property", name=key, value=visible(value))
    return suite


def _case(suite: "Element", name: str, group: str, outcome: str, message: str, type: str = "") -> "Element":
    case = _add(suite, "testcase", name=visible(name, 500) or group, classname=visible(group, 500), time="0")
    if outcome:
        _add(case, outcome, message=visible(message, 1000), **({"type": type} if type else {}))
    return case


def _add(parent: "Element", tag: str, **attributes: str) -> "Element":
    from xml.etree.ElementTree import SubElement

    return SubElement(parent, tag, attributes)


def _count(counted: "Element") -> None:
    counted.set("tests", str(len(list(counted.iter("testcase")))))
    for attribute, tag in OUTCOMES.items():
        counted.set(attribute, str(len(list(counted.iter(tag)))))
    counted.set("time", "0")


REPORTER = Reporter(
    name="junit",
    media_type="application/xml",
    write=write,
    description="findings as failed tests, for Jenkins, GitLab and others (JUnit XML)",
)

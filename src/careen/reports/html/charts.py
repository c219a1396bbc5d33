"""The charts: findings by severity and fix, by the age of their disclosure, and by layer. Each is also a table of numbers."""

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from careen.model.advisory import SEVERITIES
from careen.model.finding import Finding, Vulnerability
from careen.model.report import Report
from careen.output.lines import plural
from careen.output.summary import build_step, ordered

WIDTH = 1000  # units of a bar that has the most findings
MAX_LAYERS = 30
FIXES = (
    ("fixed", "a fix exists"),
    ("unfixed", "no fix"),
    ("unknown", "not known whether a fix exists"),
    ("change", "fixed by a change"),
)
AGES = (
    ("up to 30 days", 30),
    ("31 to 90 days", 90),
    ("91 days to a year", 365),
    ("1 to 3 years", 3 * 365),
    ("over 3 years", 10**7),
)
NO_DATE = "date not known"


class Segment(Struct, frozen=True):
    name: str  # a class of the style, too
    label: str
    count: int
    start: float
    width: float


class Bar(Struct, frozen=True):
    label: str
    total: int
    segments: tuple[Segment, ...]
    note: str = ""


class Chart(Struct, frozen=True):
    id: str
    title: str
    summary: str  # the chart in a sentence, for those who do not see it
    keys: tuple[tuple[str, str], ...]  # the segments of all bars: class, label
    bars: tuple[Bar, ...]


def charts_of(report: Report, severities: frozenset[str] | None) -> list[Chart]:
    findings = [finding for finding in ordered(report.findings) if not severities or finding.severity in severities]
    if not findings:
        return []
    charts = [_by_fix(findings)]
    vulnerabilities = [finding for finding in findings if isinstance(finding, Vulnerability)]
    if vulnerabilities:
        charts.append(_by_age(vulnerabilities, _day(report.created) or date.max))
    if report.image.layers:
        charts.append(_by_layer(findings, report))
    return charts


def fix_of(finding: Finding) -> str:
    """The state of the finding's fix, as a key of ``FIXES``."""
    if not isinstance(finding, Vulnerability):
        return "change"
    if finding.fix.state == "unknown":
        return "unknown"
    return "fixed" if finding.fix.versions or finding.fix.state == "fixed" else "unfixed"


def _by_fix(findings: Sequence[Finding]) -> Chart:
    groups = [(severity, "", [finding for finding in findings if finding.severity == severity]) for severity in SEVERITIES]
    fixable = sum(fix_of(finding) == "fixed" for finding in findings)
    summary = f"{fixable:,} of {plural(len(findings), 'finding')} have a fixed version."
    return _chart("fixes", "Severity, and whether there is a fix", summary, groups, FIXES, fix_of)


def _by_age(findings: Sequence[Vulnerability], today: date) -> Chart:
    groups = [(age, "", [finding for finding in findings if _age(finding, today) == age]) for age, _ in AGES]
    groups.append((NO_DATE, "", [finding for finding in findings if _age(finding, today) == NO_DATE]))
    old = sum(len(found) for age, _, found in groups if age in ("1 to 3 years", "over 3 years"))
    summary = f"{old:,} of {plural(len(findings), 'vulnerability')} were published more than a year before the scan."
    return _chart("ages", "Time since the vulnerability was published", summary, groups, _SEVERITY_KEYS, _severity)


def _by_layer(findings: Sequence[Finding], report: Report) -> Chart:
    found: dict[int | None, list[Finding]] = {}
    for finding in findings:
        found.setdefault(getattr(finding, "layer", None), []).append(finding)
    groups = [
        (f"layer {layer.index}", build_step(layer.created_by), found[layer.index])
        for layer in report.image.layers
        if layer.index in found
    ]
    if len(groups) > MAX_LAYERS:
        rest = [finding for _, _, some in groups[MAX_LAYERS:] for finding in some]
        groups = [*groups[:MAX_LAYERS], (f"{len(groups) - MAX_LAYERS} more layers", "", rest)]
    known = {layer.index for layer in report.image.layers}
    if others := [finding for number, some in found.items() if number not in known for finding in some]:
        groups.append(("no layer", "the image's configuration", others))
    label, _, most = max(groups, key=lambda group: len(group[2]))
    summary = f"Most findings, {len(most):,} of {len(findings):,}, are in: {label}."
    return _chart("layers-chart", "Layers that brought the findings", summary, groups, _SEVERITY_KEYS, _severity)


def _chart(
    id: str,
    title: str,
    summary: str,
    groups: Sequence[tuple[str, str, Sequence[Finding]]],
    keys: Sequence[tuple[str, str]],
    key_of: Callable[[Finding], str],
) -> Chart:
    most = max(len(found) for _, _, found in groups)
    bars = tuple(_bar(label, note, found, keys, key_of, most) for label, note, found in groups if found)
    used = {segment.name for bar in bars for segment in bar.segments}
    return Chart(id, title, summary, tuple(key for key in keys if key[0] in used), bars)


def _bar(
    label: str,
    note: str,
    found: Sequence[Finding],
    keys: Sequence[tuple[str, str]],
    key_of: Callable[[Finding], str],
    most: int,
) -> Bar:
    segments, start = [], 0.0
    names = [key_of(finding) for finding in found]
    for name, text in keys:
        if count := names.count(name):
            width = round(WIDTH * count / most, 1)
            segments.append(Segment(name, text, count, round(start, 1), width))
            start += width
    return Bar(label, len(found), tuple(segments), note)


def _age(finding: Finding, today: date) -> str:
    published = _day(getattr(finding, "published", None) or "")
    return NO_DATE if published is None else next(age for age, most in AGES if (today - published).days <= most)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _severity(finding: Finding) -> str:
    return finding.severity


_SEVERITY_KEYS = tuple((severity, severity) for severity in SEVERITIES)

"""How many findings there are, by severity and fix."""

from collections.abc import Iterator, Mapping, Sequence

from careen.formats.images.base import base_of
from careen.model.advisory import SEVERITIES
from careen.model.finding import Vulnerability
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.lines import plural
from careen.output.outcome import reach
from careen.output.summary import (
    FIX_STATES,
    behaviour_findings,
    by_severity,
    by_severity_and_fix,
    in_base,
    integrity_findings,
    licence_findings,
    misconfigurations,
    of_kind,
    other_kinds,
    secrets,
)
from careen.plugins import ReportOptions

from .lines import NOT_IMAGES, STATES, STYLES, Line, Span, prose_width
from .suppressed import suppressed_lines

WIDTH = 13  # of a column of counts


def summary_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    if report.findings:
        yield from _totals(report, options)
    else:
        yield [_nothing(report)]
    yield from suppressed_lines(report, options)
    yield []


def _nothing(report: Report) -> Span:
    if report.image.kind in NOT_IMAGES:
        return f"No finding in {plural(report.coverage.files, report.image.kind.removesuffix('s'))}.", "bold"
    if report.coverage.verdict == "not_assessed":
        what = "folder" if report.image.kind == "directory" else "image"
        return f"This {what} was not assessed: its vulnerabilities are unknown.", "bold yellow"
    return reach(report), "bold"


def _totals(report: Report, options: ReportOptions) -> Iterator[Line]:
    counts = by_severity_and_fix(report.findings)
    states = [state for state in FIX_STATES if any(counts.get((severity, state)) for severity in SEVERITIES)]
    columns_of: list[tuple[str, Mapping[str, int]]] = [
        (STATES[state], {severity: counts.get((severity, state), 0) for severity in SEVERITIES}) for state in states
    ]
    others = (
        ("secrets", secrets(report.findings)),
        ("modified", integrity_findings(report.findings)),
        ("misconfig.", misconfigurations(report.findings)),
        ("licences", licence_findings(report.findings)),
        ("behaviour", behaviour_findings(report.findings)),
    )
    columns_of += [(head, by_severity(found)) for head, found in others if found]
    columns_of += [(visible(kind, 12), by_severity(found)) for kind, found in other_kinds(report.findings).items()]
    widths = _widths(columns_of, options)
    heads = "".join(f"{head:>{width}}" for (head, _), width in zip(columns_of, widths, strict=True))
    yield [(f"{'FINDINGS':<12}{heads}{'total':>9}", "dim")]
    totals = by_severity(report.findings)
    for severity in SEVERITIES:
        if totals[severity]:
            counted = zip(columns_of, widths, strict=True)
            cells = "".join(f"{column[severity] or '-':>{width}}" for (_, column), width in counted)
            yield [(f"{severity:<12}", STYLES[severity]), (cells, ""), (f"{totals[severity]:>9}", "bold")]
    counted = zip(columns_of, widths, strict=True)
    cells = "".join(f"{sum(column.values()):>{width}}" for (_, column), width in counted)
    yield [(f"{'total':<12}{cells}", ""), (f"{len(report.findings):>9}", "bold")]
    base = report.base or base_of(report.image)
    if inherited := in_base(report.findings, base):
        excluded = "; --fail-on excludes them" if report.base_excluded else ""
        yield [(f"({len(inherited):,} of them came with the base image{excluded})", "")]
    found = of_kind(report.findings, Vulnerability)
    if possible := sum(finding.confidence == "possible" for finding in found):
        yield [(f"({possible:,} of them only possible, which gates do not count)", "dim")]
    distinct = len({finding.id for finding in found})
    if distinct != len(found):
        yield [(f"({plural(distinct, 'distinct vulnerability')}, each counted once per package)", "dim")]


def _widths(columns_of: Sequence[tuple[str, Mapping[str, int]]], options: ReportOptions) -> list[int]:
    """All columns are equally wide, unless a line would be too long."""
    if 12 + WIDTH * len(columns_of) + 9 <= prose_width(options):
        return [WIDTH] * len(columns_of)
    return [max(len(head), len(str(sum(column.values())))) + 2 for head, column in columns_of]

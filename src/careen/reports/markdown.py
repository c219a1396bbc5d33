"""The findings as Markdown for a comment of a pull request: the outcome, what to do first, and the findings by package or file.

The text fits into a comment: whole groups are left out at the end, and counted. Text of images and feeds is shown as code,
so that it has no markup, no link and no mention of a user.
**Source:** GitHub Flavored Markdown 0.29, section 6.3 (code spans); HTML 5 (details); GitHub's limit of a comment, 65,536
characters.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TextIO

from careen.model.advisory import SEVERITIES
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.first_steps import first_steps
from careen.output.lines import plural
from careen.output.outcome import exit_line
from careen.output.rows import Row, row_of, rows_of
from careen.output.summary import by_severity, ordered
from careen.plugins import Reporter, ReportOptions

MAX = 65_000  # characters
FIRST = 5  # groups named under what to do first
CHANGES = 50  # findings named as new, or as gone
ROWS = 100  # of a group
REASONS = 20
COVERAGE = {"not_assessed": "Not assessed", "partially_assessed": "Assessed in part only", "assessed": "Worth knowing"}
Group = list[Row]


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    rows = rows_of(report, options.severities)
    groups = _grouped(rows)
    start = (*_head(report), *_compared(report), *_first(report), *_coverage(report))
    text = "\n".join((*start, *(["### Findings", ""] if groups else ())))
    parts = [text.rstrip("\n") + "\n"]
    left = MAX - len(parts[0]) - 200  # for the count of what is left out
    for index, group in enumerate(groups):
        details = _fitting(group, left)
        if not details:
            parts.append(f"\n{_left_out(groups[index:])}\n")
            break
        parts.append(details)
        left -= len(details)
    stream.writelines(parts)


def _fitting(group: Group, room: int) -> str:
    """The details of as many findings of the group as there is room for; "" if there is no room for one."""
    texts = ("\n".join(("", *_details(group, shown), "")) for shown in (ROWS, ROWS // 10, 1))
    return next((text for text in texts if len(text) <= room), "")


def _grouped(rows: Sequence[Row]) -> list[Group]:
    groups: dict[tuple[str, str], Group] = {}
    for row in rows:
        groups.setdefault((row.purl, row.subject), []).append(row)
    return sorted(groups.values(), key=_rank)


def _rank(group: Group) -> tuple[int, float]:
    """The most severe group is first. Groups of one severity stay in the order of their risk."""
    return min(SEVERITIES.index(row.severity) for row in group), -max(row.risk or 0 for row in group)


def _head(report: Report) -> Iterator[str]:
    yield f"## Careen: {_code(report.image.reference)}"
    yield ""
    yield f"{_sign(report)}{_code(exit_line(report), 1000)}"
    yield ""
    totals = {severity: count for severity, count in by_severity(report.findings).items() if count}
    if totals:
        yield f"| {' | '.join(totals)} | total |"
        yield f"|{' ---: |' * (len(totals) + 1)}"
        yield f"| {' | '.join(f'{count:,}' for count in totals.values())} | {len(report.findings):,} |"
        yield ""
    if report.suppressed:
        yield f"{plural(len(report.suppressed), 'finding')} suppressed."
        yield ""


def _sign(report: Report) -> str:
    """❌ if the gate failed, ✅ if it passed; "" if it has no rules, or the image was not completely assessed."""
    if not report.verdict.passed:
        return "❌ "
    return "✅ " if report.verdict.rules and report.coverage.verdict == "assessed" else ""


def _compared(report: Report) -> Iterator[str]:
    """The findings that are new and those that are gone since the report of the target branch, in two lists that are folded."""
    known = report.compared
    if known is None:
        return
    new = [row_of(found, report.image) for found in ordered(report.findings) if getattr(found, "change", None)]
    gone = [row_of(entry.finding, report.image) for entry in known.gone]
    yield f"### Compared with {_code(known.baseline)}"
    yield ""
    yield f"**{len(new):,} new**, **{len(gone):,} gone**, {known.same:,} unchanged"
    yield ""
    for name, rows in (("New", new), ("Gone", gone)):
        if rows:
            yield from (f"<details><summary>{name}: {_counts(rows)}</summary>", "")
            yield from (f"- **{row.severity}** {_code(row.id, 60)} {_code(row.subject, 100)}" for row in rows[:CHANGES])
            if len(rows) > CHANGES:
                yield f"- and {plural(len(rows) - CHANGES, 'more finding')}"
            yield from ("", "</details>", "")


def _first(report: Report) -> Iterator[str]:
    steps = first_steps(report)
    if not steps:
        return
    yield "### What to do first"
    yield ""
    for number, step in enumerate(steps[:FIRST], 1):
        severities = ", ".join(f"{count:,} {severity}" for severity, count in step.severities)
        detail = f": {_code(step.detail)}" if step.detail else ""
        yield f"{number}. {_code(step.title)}: {step.effect}{f' ({severities})' if severities else ''}{detail}"
    if len(steps) > FIRST:
        yield f"{FIRST + 1}. and {plural(len(steps) - FIRST, 'more step')}"
    yield ""
    if report.plan and report.plan.actions:
        left = f"{report.plan.after:,} of {plural(report.plan.before, 'vulnerability')} stay"
        yield f"{_code('careen fix')} prints the commands; {left}."
        yield ""


def _coverage(report: Report) -> Iterator[str]:
    coverage = report.coverage
    if coverage.verdict == "assessed" and not coverage.reasons:
        return
    yield f"### {COVERAGE[coverage.verdict]}"
    yield ""
    for reason in coverage.reasons[:REASONS]:
        yield f"- {_code(f'{reason.code}: {reason.detail}')}"
    if more := len(coverage.reasons) - REASONS:
        yield from [f"- and {plural(more, 'more reason')}"] if more > 0 else []
    yield ""


def _details(group: Group, shown: int) -> Iterator[str]:
    first = group[0]
    yield f"<details><summary><code>{escape(_plain(first.subject))}</code>: {_counts(group)}</summary>"
    yield ""
    if first.package and first.path:
        yield f"In {_code(first.place)}:"
        yield ""
    for row in group[:shown]:
        line = f" in line {row.line}" if row.line and not row.package else ""
        texts = "".join(f": {_code(text)}" for text in (row.what, row.remedy) if text)
        yield f"- **{row.severity}** {_code(row.id)}{line}{texts}"
    if len(group) > shown:
        yield f"- and {plural(len(group) - shown, 'more finding')}"
    yield ""
    yield "</details>"


def _left_out(groups: Sequence[Group]) -> str:
    findings = plural(sum(map(len, groups)), "more finding")
    return f"{findings} in {plural(len(groups), 'group')} left out, to keep this comment short: the JSON report lists them."


def _counts(rows: Sequence[Row]) -> str:
    severities = [row.severity for row in rows]
    return ", ".join(f"{severities.count(severity):,} {severity}" for severity in SEVERITIES if severity in severities)


def _code(text: str, limit: int = 300) -> str:
    """The text as a code span. Nothing in it is markup, and backticks become apostrophes."""
    return f"`{_plain(text, limit)}`"


def _plain(text: str, limit: int = 300) -> str:
    return visible(text, limit).replace("`", "'").strip() or "-"


REPORTER = Reporter(
    name="markdown",
    media_type="text/markdown",
    write=write,
    description="findings for the comment of a pull request, at most 65,000 characters",
)

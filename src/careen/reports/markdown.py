"""The findings as Markdown for a comment of a pull request: the outcome, what to do first, and the findings by package or file.

The text fits into a comment: whole groups are left out at the end, and counted. Text of images and feeds is shown as code,
so that it has no markup, no link and no mention of a user.
**Source:** GitHub Flavored Markdown 0.29, section 6.3 (code spans); HTML 5 (details); GitHub's limit of a comment, 65,536
characters.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import TextIO

from careen.model.advisory import SEVERITIES
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.lines import plural
from careen.output.outcome import exit_line
from careen.output.rows import Row, rows_of
from careen.output.summary import by_severity
from careen.plugins import Reporter, ReportOptions

MAX = 65_000  # characters
FIRST = 5  # groups named under what to do first
STEPS = 3  # versions or advice named for a group
ROWS = 100  # of a group
REASONS = 20
COVERAGE = {"not_assessed": "Not assessed", "partially_assessed": "Assessed in part only", "assessed": "Worth knowing"}
Group = list[Row]


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    rows = rows_of(report, options.severities)
    groups = _grouped(rows)
    text = "\n".join((*_head(report), *_first(rows, report), *_coverage(report), *(["### Findings", ""] if groups else ())))
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
    """As many findings of the group as there is room for, the first at least; "" if there is none."""
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
    """A gate without rules, or of an image that is assessed in part, gets no tick."""
    if not report.verdict.passed:
        return "❌ "
    return "✅ " if report.verdict.rules and report.coverage.verdict == "assessed" else ""


def _first(rows: Sequence[Row], report: Report) -> Iterator[str]:
    """Packages that are built from one source are upgraded together."""
    sources = {package.purl: package.source for package in report.inventory.packages if package.source}
    groups: dict[tuple[str, str], Group] = {}
    for row in rows:
        if row.fixed_in or row.advice:
            source = sources.get(row.purl)
            subject = f"{source.name} {source.version}" if source else row.subject
            groups.setdefault((subject, row.purl.partition("/")[0]), []).append(row)
    if not groups:
        return
    first = sorted(groups.items(), key=lambda entry: _rank(entry[1]))[:FIRST]
    yield "### What to do first"
    yield ""
    for number, ((subject, _), group) in enumerate(first, 1):
        yield f"{number}. {_code(subject)}: {_step(group)} ({_counts(group)})"
    yield ""
    if any(row.fixed_in for _, group in first for row in group):
        yield f"{_code('careen fix')} names the lowest versions that fix all of them."
        yield ""


def _step(group: Group) -> str:
    """The fixed versions or the advice of most findings first. Which version is the newest is for ``careen fix`` to say."""
    steps = [text for text, _ in Counter(" or ".join(row.fixed_in) or row.advice for row in group).most_common()]
    more = f" and {len(steps) - STEPS:,} more" if len(steps) > STEPS else ""
    return f"{'fixes in ' if group[0].fixed_in else ''}{', '.join(map(_code, steps[:STEPS]))}{more}"


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
    """A code span: nothing in it has a meaning, and only a backtick ends it."""
    return f"`{_plain(text, limit)}`"


def _plain(text: str, limit: int = 300) -> str:
    return visible(text, limit).replace("`", "'").strip() or "-"


REPORTER = Reporter(
    name="markdown",
    media_type="text/markdown",
    write=write,
    description="findings for the comment of a pull request, at most 65,000 characters",
)

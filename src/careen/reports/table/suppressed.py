"""The suppressed findings: each decision with its findings, reason, place and last day; all other findings only by number."""

from collections.abc import Iterator, Sequence

from careen.model.finding import Suppressed, SuppressedBy
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.lines import plural, wrapped
from careen.output.rows import row_of
from careen.plugins import ReportOptions

from .lines import Line, prose_width

MAX_DECISIONS = 5
NO_WIDTH = 10_000
NAMES = {
    "ignore": "an ignore rule",
    "comment": "a comment in the file",
    "vex": "a VEX statement",
    "distribution": "the distribution's own fixes",
    "fix_state": "--ignore-unfixed",
    "severity": "--severity",
}
DECISIONS = ("ignore", "comment", "vex")


def suppressed_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    kinds = [entry.by.kind for entry in report.suppressed]
    for kind in sorted(set(kinds)):
        counted = f"{plural(kinds.count(kind), 'finding')} suppressed by {NAMES.get(kind, visible(kind))}"
        if kind not in DECISIONS:
            yield [(f"{counted} (see --format json)", "dim")]
            continue
        yield [(counted, "dim")]
        decisions: dict[SuppressedBy, list[Suppressed]] = {}
        for entry in report.suppressed:
            if entry.by.kind == kind:
                decisions.setdefault(entry.by, []).append(entry)
        shown = [*decisions.items()][: None if options.verbose else MAX_DECISIONS]
        for by, entries in shown:
            room = prose_width(options) - 4 if options.width else NO_WIDTH  # in a pipe a decision is one line
            parts = wrapped(_decision(by, entries, report, options), room)
            yield from ([(("  - " if index == 0 else "    ") + part, "dim")] for index, part in enumerate(parts))
        if left := len(decisions) - len(shown):
            yield [(f"  and {left:,} more (--all lists them)", "dim")]


def _decision(by: SuppressedBy, entries: Sequence[Suppressed], report: Report, options: ReportOptions) -> str:
    """ "CVE-2021-23337 in lodash 4.17.15 (not reachable), by .careen.yaml:2 until 2027-01-31"."""
    rows = [row_of(entry.finding, report.image) for entry in entries[: None if options.verbose else 1]]
    what = ", ".join(f"{visible(row.id, 60)} in {visible(row.subject, 100)}" for row in rows)
    more = f" and {len(entries) - len(rows):,} more" if len(entries) > len(rows) else ""
    why = f" ({visible(by.reason, 200)})" if by.reason else ""
    until = f" until {visible(by.expires, 40)}" if by.expires else ""
    return f"{what}{more}{why}, by {visible(by.source, 200)}{until}"

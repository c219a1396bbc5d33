"""The findings as a tree: the layers of the image, the packages and files that each brought, and their findings.

Lists are cut after some entries, and what is left out is counted; ``--all`` lists everything. Findings of any kind are
listed by what all kinds have in common.
"""

from collections.abc import Iterator, Sequence
from typing import TextIO

from msgspec import Struct

from careen.model.advisory import SEVERITIES
from careen.model.report import Report
from careen.output.escape import clipped, visible
from careen.output.outcome import exit_line
from careen.output.rows import Row, rows_of
from careen.output.summary import build_step
from careen.plugins import Reporter, ReportOptions

MAX_SUBJECTS = 20  # of a layer
MAX_ROWS = 5  # of a subject
COVERAGE = {"not_assessed": "Not assessed", "partially_assessed": "Assessed in part only", "assessed": "Worth knowing"}


class Node(Struct, frozen=True):
    text: str
    end: str = ""  # the end of the line, which is never cut
    below: "tuple[Node, ...]" = ()


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    stream.writelines(f"{line}\n" for line in _lines(report, options))


def _lines(report: Report, options: ReportOptions) -> Iterator[str]:
    rows = rows_of(report, options.severities)
    targets = {
        upgrade.purl: upgrade.to for action in (report.plan.actions if report.plan else ()) for upgrade in action.upgrades
    }
    nodes = [*_layers(rows, report, targets, options.verbose), *_coverage(report)]
    yield _fit(visible(report.image.reference), options)
    for index, node in enumerate(nodes):
        yield from _drawn(node, "", index == len(nodes) - 1, options)
    yield ""
    yield visible(exit_line(report), 2000)


def _drawn(node: Node, start: str, is_last: bool, options: ReportOptions) -> Iterator[str]:
    yield _fit(f"{start}{'└─' if is_last else '├─'} {node.text}", options, node.end)
    deeper = start + ("   " if is_last else "│  ")
    for index, below in enumerate(node.below):
        yield from _drawn(below, deeper, index == len(node.below) - 1, options)


def _fit(line: str, options: ReportOptions, end: str = "") -> str:
    return clipped(line, max(options.width - len(end), 20)) + end if options.width else line + end


def _layers(rows: Sequence[Row], report: Report, targets: dict[str, str], all: bool) -> Iterator[Node]:
    known = {layer.index for layer in report.image.layers}
    for layer in report.image.layers:
        step = visible(build_step(layer.created_by), 300)
        found = [row for row in rows if row.layer == layer.index]
        yield Node(f"layer {layer.index}: {step or 'no build step'}", _counts(found), _subjects(found, targets, all))
    if others := [row for row in rows if row.layer not in known]:
        name = "no layer" if known else "files"
        yield Node(name, _counts(others), _subjects(others, targets, all))


def _subjects(rows: Sequence[Row], targets: dict[str, str], all: bool) -> tuple[Node, ...]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.purl, row.subject), []).append(row)
    ordered = sorted(groups.values(), key=lambda group: min(SEVERITIES.index(row.severity) for row in group))
    shown = ordered if all else ordered[:MAX_SUBJECTS]
    nodes = [Node(_title(group, targets), _counts(group), _found(group, all)) for group in shown]
    if left := ordered[len(shown) :]:
        more = "1 more entry" if len(left) == 1 else f"{len(left):,} more entries"
        nodes.append(Node(f"and {more}{_counts([row for group in left for row in group])} (--all)"))
    return tuple(nodes)


def _title(group: Sequence[Row], targets: dict[str, str]) -> str:
    first = group[0]
    kind = f"{visible(first.purl.removeprefix('pkg:').partition('/')[0], 40)} " if first.purl else ""
    target = f" → {visible(targets[first.purl], 100)}" if first.purl in targets else ""
    return f"{kind}{visible(first.subject, 300) or first.kind}{target}"


def _found(group: Sequence[Row], all: bool) -> tuple[Node, ...]:
    shown = group if all else group[:MAX_ROWS]
    nodes = [Node(_finding(row)) for row in shown]
    if left := group[len(shown) :]:
        nodes.append(Node(f"and {len(left):,} more{_counts(left)} (--all)"))
    return tuple(nodes)


def _finding(row: Row) -> str:
    line = f" line {row.line}" if row.line else ""
    fix = (
        f" → {visible(', '.join(row.fixed_in), 200)}"
        if row.fixed_in
        else f" ({row.fix_state.replace('_', ' ')})"
        if row.fix_state
        else ""
    )
    what = f"  {visible(row.what, 300)}" if row.what else ""
    return f"{row.severity:<10} {visible(row.id, 60)}{line}{fix}{what}"


def _counts(rows: Sequence[Row]) -> str:
    severities = [row.severity for row in rows]
    counts = ", ".join(f"{severities.count(severity):,} {severity}" for severity in SEVERITIES if severity in severities)
    return f"  [{counts}]" if counts else ""


def _coverage(report: Report) -> Iterator[Node]:
    coverage = report.coverage
    if coverage.verdict != "assessed" or coverage.reasons:
        reasons = tuple(Node(f"{visible(reason.code, 60)}: {visible(reason.detail, 300)}") for reason in coverage.reasons)
        yield Node(COVERAGE[coverage.verdict], "", reasons)


REPORTER = Reporter(
    name="tree",
    media_type="text/plain",
    write=write,
    description="for people: layers, the packages and files of each, and their findings",
)

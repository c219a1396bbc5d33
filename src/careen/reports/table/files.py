"""Everything but vulnerabilities, by file, in the order of lines: secrets, modified files, misconfigurations, other kinds.

A new kind needs no change: it is shown by what all kinds have in common (``output/rows``).
"""

from collections.abc import Iterator

from careen.model.advisory import SEVERITIES
from careen.model.finding import ExposedSecret, Finding, Location, Misconfiguration, Vulnerability
from careen.model.report import Report
from careen.output.escape import columns, visible
from careen.output.lines import fit, joined, plural, wrapped
from careen.output.rows import Row, row_of
from careen.output.summary import ordered
from careen.plugins import ReportOptions

from .lines import NO_BREAK, PROSE, STYLES, Line, is_listed, prose_width

MAX_PLACES = 3  # places that a line names
MAX_ID = 24  # columns of an id on a narrow terminal: a longer one has a line of its own


def file_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    by_path: dict[str, list[Finding]] = {}
    found = ordered(finding for finding in report.findings if not isinstance(finding, Vulnerability))
    rows = {id(finding): row_of(finding, report.image) for finding in found}
    listed = [finding for finding in found if is_listed(finding, options)]
    folded = [finding for finding in listed if not options.verbose and is_possible(finding)]
    for finding in listed:
        if options.verbose or not is_possible(finding):
            row = rows[id(finding)]
            by_path.setdefault(row.path or row.subject or row.kind, []).append(finding)
    width = max((columns(visible(finding.id, 60)) for findings in by_path.values() for finding in findings), default=0)
    if options.width and options.width < PROSE:
        width = min(width, MAX_ID)
    for path, findings in by_path.items():
        yield [(fit(visible(path, 500), options.width), "bold")]
        for finding in sorted(
            findings, key=lambda finding: (rows[id(finding)].line or 0, SEVERITIES.index(finding.severity), finding.id)
        ):
            yield from _finding(finding, rows[id(finding)], width, options)
        yield []
    if folded:
        files = len({rows[id(finding)].path for finding in folded})
        where = f"{plural(len(folded), 'possible secret')} in {plural(files, 'file')}"
        yield [(f"{where} (--all lists them, no gate counts them)", "dim")]
        yield []
    if hidden := sum(not is_listed(finding, options) for finding in report.findings):
        yield [(f"{plural(hidden, 'finding')} of other severities not listed", "dim")]
        yield []


def _finding(finding: Finding, row: Row, width: int, options: ReportOptions) -> Iterator[Line]:
    line = "" if row.line is None else str(row.line)
    id = visible(finding.id, 60)
    head = f"  {line:>5}  {finding.severity:<10}  {id:<{width}}  "
    start = head[: len(head) - max(columns(id) - width, 0)]
    parts = list(wrapped(_text(finding, row), max((options.width or 10_000) - len(start), 30)))
    spans = [(head[:9], ""), (head[9:19], STYLES[finding.severity]), (head[19:], "")]
    if len(head) > len(start):
        parts.insert(0, "")
    for part in parts:
        yield [*spans, (part.replace(NO_BREAK, " "), "")]
        spans = [(" " * len(start), "")]
    if options.verbose and isinstance(finding, Misconfiguration):
        for part in wrapped(f"{finding.why} {finding.fix}", max(prose_width(options) - len(start), 30)):
            yield [(" " * len(start) + visible(part), "dim")]


def is_possible(finding: Finding) -> bool:
    return isinstance(finding, ExposedSecret) and finding.confidence == "possible"


def _text(finding: Finding, row: Row) -> str:
    if isinstance(finding, ExposedSecret):
        notes = [
            *(["possible"] if is_possible(finding) else []),
            *(["deleted by a later layer"] if finding.deleted else []),
            *([f"also in {_more(finding)}"] if finding.places else []),
        ]
        text = f"{visible(finding.title, 200)}: {visible(finding.match, 100)}" + "".join(f" ({note})" for note in notes)
    else:
        text = joined(visible(row.title, 200), visible(row.message, 300))
    return text if row.layer is None else f"{text} (layer{NO_BREAK}{row.layer})"


def _more(finding: ExposedSecret) -> str:
    places = list(dict.fromkeys(_place(place.location) for place in finding.places))
    others = len(places) - MAX_PLACES
    return ", ".join(places[:MAX_PLACES]) + (f" and {others:,} more" if others > 0 else "")


def _place(location: Location) -> str:
    path = visible(location.path, 200)
    return path if location.line is None else f"{path}:{location.line}"

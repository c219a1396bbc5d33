"""Secrets, modified files and misconfigurations, by file, in the order of lines."""

from collections.abc import Iterator

from careen.model.advisory import SEVERITIES
from careen.model.finding import ExposedSecret, Location, Misconfiguration
from careen.model.report import Report
from careen.output.escape import columns, visible
from careen.output.lines import fit, joined, plural, wrapped
from careen.output.summary import integrity_findings, licence_findings, misconfigurations, secrets
from careen.plugins import ReportOptions

from .lines import NO_BREAK, STYLES, Line, is_listed, prose_width

Placed = ExposedSecret | Misconfiguration
MAX_PLACES = 3  # that a line names


def file_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    by_path: dict[str, list[Placed]] = {}
    all = report.findings
    found: list[Placed] = [*secrets(all), *integrity_findings(all), *misconfigurations(all), *licence_findings(all)]
    listed = [finding for finding in found if is_listed(finding, options)]
    folded = [finding for finding in listed if not options.verbose and is_possible(finding)]
    for finding in listed:
        if options.verbose or not is_possible(finding):
            by_path.setdefault(finding.location.path, []).append(finding)
    width = max((columns(visible(finding.id, 60)) for findings in by_path.values() for finding in findings), default=0)
    for path, findings in by_path.items():
        yield [(fit(visible(path, 500), options.width), "bold")]
        for finding in sorted(
            findings, key=lambda finding: (finding.location.line or 0, SEVERITIES.index(finding.severity), finding.id)
        ):
            yield from _finding(finding, width, options)
        yield []
    if folded:
        files = len({finding.location.path for finding in folded})
        where = f"{plural(len(folded), 'possible secret')} in {plural(files, 'file')}"
        yield [(f"{where} (--all lists them, no gate counts them)", "dim")]
        yield []
    if hidden := sum(not is_listed(finding, options) for finding in report.findings):
        yield [(f"{plural(hidden, 'finding')} of other severities not listed", "dim")]
        yield []


def _finding(finding: Placed, width: int, options: ReportOptions) -> Iterator[Line]:
    line = "" if finding.location.line is None else str(finding.location.line)
    start = f"  {line:>5}  {finding.severity:<10}  {visible(finding.id, 60):<{width}}  "
    parts = list(wrapped(_text(finding), max((options.width or 10_000) - len(start), 30)))
    spans = [(start[:9], ""), (start[9:19], STYLES[finding.severity]), (start[19:], "")]
    for part in parts:
        yield [*spans, (part.replace(NO_BREAK, " "), "")]
        spans = [(" " * len(start), "")]
    if options.verbose and isinstance(finding, Misconfiguration):
        for part in wrapped(f"{finding.why} {finding.fix}", max(prose_width(options) - len(start), 30)):
            yield [(" " * len(start) + visible(part), "dim")]


def is_possible(finding: Placed) -> bool:
    return isinstance(finding, ExposedSecret) and finding.confidence == "possible"


def _text(finding: Placed) -> str:
    if isinstance(finding, ExposedSecret):
        notes = [
            *(["possible"] if is_possible(finding) else []),
            *(["deleted by a later layer"] if finding.deleted else []),
            *([f"also in {_more(finding)}"] if finding.places else []),
        ]
        text = f"{visible(finding.title, 200)}: {visible(finding.match, 100)}" + "".join(f" ({note})" for note in notes)
    else:
        text = joined(visible(finding.title, 200), visible(finding.message, 300))
    return text if finding.layer is None else f"{text} (layer{NO_BREAK}{finding.layer})"


def _more(finding: ExposedSecret) -> str:
    places = list(dict.fromkeys(_place(place.location) for place in finding.places))
    others = len(places) - MAX_PLACES
    return ", ".join(places[:MAX_PLACES]) + (f" and {others:,} more" if others > 0 else "")


def _place(location: Location) -> str:
    path = visible(location.path, 200)
    return path if location.line is None else f"{path}:{location.line}"

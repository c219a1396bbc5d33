"""The report for people: what to do first, what fixes it, and what was not assessed.

Lines are laid out for ``options.width`` columns, the same with and without colour; 0 is a pipe, which gets names and
paths unshortened. No sentence claims the absence of vulnerabilities that were not looked for.
"""

from typing import TextIO

from careen.model.report import Report
from careen.plugins import Reporter, ReportOptions

from .controls import control_lines
from .coverage import coverage_lines
from .files import file_lines
from .first import first_lines
from .header import header_lines
from .lines import PROSE, Line
from .summary import summary_lines
from .verdict import verdict_lines
from .vulnerabilities import vulnerability_lines


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    lines = [*header_lines(report, options)]
    if report.compliance is None or options.verbose:
        lines += [*first_lines(report, options)]
        lines += [*vulnerability_lines(report, options), *file_lines(report, options), *summary_lines(report, options)]
    if report.compliance is not None:
        lines += control_lines(report.compliance, options.width or PROSE, options.verbose)
    lines += [*coverage_lines(report, options), *verdict_lines(report, options)]
    if options.color:
        _draw(lines, stream)
    else:
        stream.writelines("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def _draw(lines: list[Line], stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)


REPORTER = Reporter(
    name="table",
    media_type="text/plain",
    write=write,
    description="for people: grouped by package, sorted by risk",
)

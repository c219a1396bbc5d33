"""The summary and what to do first: five steps with the number of findings that each removes, and the next command."""

import shlex
from collections.abc import Iterator

from careen.model.report import Report
from careen.output.escape import columns, shorten, visible
from careen.output.first_steps import FIRST, Step, first_steps
from careen.output.lines import fit, plural, wrapped
from careen.output.outcome import exit_line
from careen.output.summary import by_severity
from careen.plugins import ReportOptions

from .coverage import HEADINGS, next_steps
from .lines import NOT_IMAGES, Line, prose_width

HEAD = "WHAT TO DO FIRST"
NEXT = "  next: "
STANDARD_INPUT = "-"


def first_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    yield from _summary(report, options)
    steps = first_steps(report)
    if steps:
        yield []
        yield from _steps(steps if options.verbose else steps[:FIRST], prose_width(options))
        if len(steps) > FIRST and not options.verbose:
            yield [(f"     and {plural(len(steps) - FIRST, 'more step')} (--all lists them)", "dim")]
    width = prose_width(options) - len(NEXT)
    if (command := _next(report, width)) and (steps or report.coverage.verdict == "not_assessed"):
        for index, part in enumerate(wrapped(command, width)):
            yield [(NEXT if index == 0 else " " * len(NEXT), "bold"), (part, "")]
    yield []


def _summary(report: Report, options: ReportOptions) -> Iterator[Line]:
    coverage = report.coverage
    if report.findings:
        counts = ", ".join(f"{count:,} {severity}" for severity, count in by_severity(report.findings).items() if count)
        for part in wrapped(f"{plural(len(report.findings), 'finding')}: {counts}", prose_width(options)):
            yield [(part, "bold")]
    else:
        yield [("No finding" if coverage.verdict == "assessed" else "No finding in what was assessed", "bold")]
    if report.verdict.exit_code == 3:  # what stands above may lack much: the reasons are far below
        yield [(fit(exit_line(report), prose_width(options)), "bold yellow")]
    if coverage.verdict != "assessed":
        reasons = plural(len(coverage.reasons), "reason")
        yield [(f"{HEADINGS[coverage.verdict]}: {reasons} below the findings", "bold yellow")]


def _steps(steps: list[Step], width: int) -> Iterator[Line]:
    effects = [f"{step.removes:,}" if step.certain else f"maybe {step.removes:,}" for step in steps]
    column = max(len("removes"), *map(len, effects))
    yield [(f"{HEAD:<{width - column}}{'removes':>{column}}", "dim")]
    for number, (step, effect) in enumerate(zip(steps, effects, strict=True), 1):
        start = f"{number:>3}. "
        room = width - len(start) - column - 2
        title = visible(step.title, 400)
        severe = ", ".join(f"{count:,} {severity}" for severity, count in step.severities if severity in ("critical", "high"))
        notes = ((severe, f"maybe {step.maybe:,} more"), (severe,)) if step.maybe else ((severe,),)
        ends = (f" ({'; '.join(filter(None, note))})" for note in notes if any(note))
        title = next((title + end for end in ends if columns(title + end) <= room), shorten(title, room))
        yield [(start + title + " " * (width - len(start) - column - columns(title)), ""), (f"{effect:>{column}}", "bold")]


def _next(report: Report, width: int) -> str:
    """The command that helps most now: to assess what was not, else to see the commands of the steps."""
    if report.coverage.verdict == "not_assessed":
        return next((step for step in next_steps(report)), "")
    reference = report.image.reference
    if report.image.kind in NOT_IMAGES or reference == STANDARD_INPUT or report.plan is None or not report.plan.actions:
        return ""
    plan, name = report.plan, shlex.quote(visible(reference, 300))
    command = f"careen fix {name if columns(name) <= width else 'REFERENCE'}"
    stays = (
        f"{plan.after:,} of {plural(plan.before, 'vulnerability')} stay" if plan.after else "none of its vulnerabilities stays"
    )
    return f"{command}  (the commands; {stays})"

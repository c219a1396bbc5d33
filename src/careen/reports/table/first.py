"""The summary with the next command, and what to do first: five steps with the number of findings that each removes.

The command comes before the steps: below a long header, a terminal of 24 lines would not show it after them.
"""

from collections.abc import Iterator

from careen.model.advisory import SHIPPED
from careen.model.report import Report
from careen.output.escape import columns, shorten, visible
from careen.output.first_steps import FIRST, Step, first_steps
from careen.output.lines import fit, plural, wrapped
from careen.output.outcome import exit_line
from careen.output.summary import by_severity
from careen.plugins import ReportOptions

from .coverage import HEADINGS, as_typed, next_steps
from .lines import NOT_IMAGES, Line, prose_width

HEAD = "WHAT TO DO FIRST"
NEXT = "  next: "
STANDARD_INPUT = "-"
WITHOUT_DATABASE = "careen db update, for the advisories that this scan lacks"


def first_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    yield from _summary(report, options)
    yield from _next_lines(report, options)
    steps = first_steps(report)
    if steps:
        yield []
        yield from _steps(steps if options.verbose else steps[:FIRST], prose_width(options))
        if len(steps) > FIRST and not options.verbose:
            yield [(f"     and {plural(len(steps) - FIRST, 'more step')} (--all lists them)", "dim")]
    yield []


def _summary(report: Report, options: ReportOptions) -> Iterator[Line]:
    coverage = report.coverage
    if report.findings:
        counts = ", ".join(f"{count:,} {severity}" for severity, count in by_severity(report.findings).items() if count)
        for part in wrapped(f"{plural(len(report.findings), 'finding')}: {counts}", prose_width(options)):
            yield [(part, "bold")]
    else:
        yield [("No finding" if coverage.verdict == "assessed" else "No finding in what was assessed", "bold")]
    if report.verdict.exit_code == 3:  # the findings may be incomplete, and the reasons for that are far below
        yield [(fit(exit_line(report), prose_width(options)), "bold yellow")]
    if coverage.verdict != "assessed":
        reasons = plural(len(coverage.reasons), "reason")
        yield [(f"{HEADINGS[coverage.verdict]}: {reasons} below the findings", "bold yellow")]


def _next_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    command, note = _next(report, options)
    if not command:
        return
    room = prose_width(options) - len(NEXT)
    beside = f"{command}  {note}" if columns(command) + columns(note) + 2 <= room else command
    yield [(NEXT, "bold"), (beside, "")]  # one line, so that it can be copied, even if the terminal wraps it
    if beside == command:
        yield from ([(" " * len(NEXT) + part, "")] for part in wrapped(note, room))


def _steps(steps: list[Step], width: int) -> Iterator[Line]:
    effects = [_effect(step) for step in steps]
    column = max(len("removes"), *map(len, effects))
    yield [(f"{HEAD:<{width - column}}{'removes':>{column}}", "dim")]
    for number, (step, effect) in enumerate(zip(steps, effects, strict=True), 1):
        start = f"{number:>3}. "
        room = width - len(start) - column - 2
        counts = [f"{count:,} {severity}" for severity, count in step.severities if severity in ("critical", "high")]
        severe = ", ".join(["KEV"] * bool(step.exploited) + counts)
        maybe = f"maybe {step.maybe:,} more" if step.maybe else ""
        ends = [f" ({'; '.join(filter(None, note))})" if any(note) else "" for note in ((severe, maybe), (severe,))]
        title, end = _fitting([step.title, *filter(None, step.briefs)], ends, room)
        title = _cut(title, room - columns(end)) + end
        yield [(start + title + " " * (width - len(start) - column - columns(title)), ""), (f"{effect:>{column}}", "bold")]


def _fitting(titles: list[str], ends: list[str], room: int) -> tuple[str, str]:
    """The first pair of a title and an end that fits into ``room`` columns; if none does, the last title with the last end."""
    shown = [visible(title, 400) for title in titles]
    pairs = [(title, end) for title in shown for end in ends]
    return next((pair for pair in pairs if columns("".join(pair)) <= room), pairs[-1])


def _cut(title: str, width: int) -> str:
    """The title in at most ``width`` columns: its first words, and the place after its last colon."""
    if columns(title) <= width:
        return title
    what, _, place = title.rpartition(": ")
    end = f" …: {place}" if what and columns(place) < width // 2 else " …"
    words = (what if end != " …" else title).split(" ")
    while len(words) > 1 and columns(" ".join(words) + end) > width:
        words.pop()
    return shorten(" ".join(words).rstrip(":,") + end, width)


def _effect(step: Step) -> str:
    if not step.removes:
        return "-"
    return f"{step.removes:,}" if step.certain else f"maybe {step.removes:,}"


def _next(report: Report, options: ReportOptions) -> tuple[str, str]:
    """(command, note): the command that helps most now. It assesses what was not assessed, or shows the commands of the steps.
    ("", "") if no command helps.
    """
    steps = next_steps(report, options)
    database = report.database
    if database is not None and all(source.url == SHIPPED for source in database.sources):
        steps.insert(0, as_typed(WITHOUT_DATABASE, report, options))
    elif report.coverage.verdict != "not_assessed":
        steps = []
    if steps:
        command, _, note = next((step for step in steps if step.startswith("careen ")), steps[0]).partition(", ")
        return command, f"({note})" if note else ""
    plan = report.plan
    is_named = report.image.kind not in NOT_IMAGES and report.image.reference != STANDARD_INPUT
    if not is_named or plan is None or not (plan.actions or plan.repairs):
        return "", ""
    command = as_typed("careen fix REFERENCE", report, options)
    if not plan.before:
        return command, "(the steps in full)"
    stays = (
        f"{plan.after:,} of {plural(plan.before, 'vulnerability')} stay" if plan.after else "none of its vulnerabilities stays"
    )
    return command, f"(the commands; {stays})"

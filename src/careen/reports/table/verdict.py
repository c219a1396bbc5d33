"""The verdict: each rule, each platform, and the exit code."""

from collections.abc import Iterator

from careen.model.report import Report, Rule, Verdict
from careen.output.escape import visible
from careen.output.lines import wrapped
from careen.output.outcome import exit_line, rule_line
from careen.plugins import ReportOptions

from .lines import Line, prose_width


def verdict_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    verdict = report.verdict
    for state in verdict.platforms:
        text = state.coverage.replace("_", " ") + (f": {state.reason}" if state.reason else "")
        yield [(f"{visible(state.platform)}: ", ""), (visible(text, 300), "" if state.coverage == "assessed" else "yellow")]
    for rule in verdict.rules:
        for index, part in enumerate(wrapped(rule_line(rule, verdict), prose_width(options) - 2)):
            yield [(("  " if index else "") + part, _style(rule, verdict))]
    if not verdict.rules and verdict.passed:
        yield [("No rule is set, so nothing can fail: --fail-on SEVERITY sets one.", "dim")]
        return
    style = "bold red" if verdict.exit_code == 1 else "bold yellow"
    if verdict.passed and report.coverage.verdict == "assessed":
        style = "bold green"
    for part in wrapped(exit_line(report), prose_width(options)):
        yield [(part, style)]


def _style(rule: Rule, verdict: Verdict) -> str:
    if not rule.passed:
        return "red"
    return "" if verdict.exit_code == 3 else "green"
